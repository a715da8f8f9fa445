/** What a person leaves in this browser; a log-out takes it away. */
import { outboxPrefix } from "@/chat/outbox";
import { draftPrefix } from "@/thread/draft";
import { placePrefix } from "@/thread/place";
import { seenPrefix } from "@/sidebar/seen";
import { formDraftPrefix } from "@/team/form-draft";

export function forgetPerson(userId: string): void {
  const prefixes = [
    outboxPrefix(userId),
    draftPrefix(userId),
    seenPrefix(userId),
    placePrefix(userId),
    formDraftPrefix(userId),
  ];
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) {
      if (prefixes.some((prefix) => key.startsWith(prefix))) storage.removeItem(key);
    }
  }
}
