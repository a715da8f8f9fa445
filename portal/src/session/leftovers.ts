/** What a person leaves in this browser; a log-out takes it away. */
import { outboxPrefix } from "@/chat/outbox";
import { draftPrefix } from "@/thread/draft";
import { seenPrefix } from "@/sidebar/seen";

export function forgetPerson(userId: string): void {
  const prefixes = [outboxPrefix(userId), draftPrefix(userId), seenPrefix(userId)];
  for (const key of Object.keys(localStorage)) {
    if (prefixes.some((prefix) => key.startsWith(prefix))) localStorage.removeItem(key);
  }
}
