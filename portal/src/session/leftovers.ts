/** What a person leaves in this browser; a log-out takes it away. */
import { outboxPrefix } from "@/chat/outbox";
import { inBrowser, inTab } from "@/kept";
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
  for (const kept of [inBrowser, inTab]) {
    for (const key of kept.keys()) {
      if (prefixes.some((prefix) => key.startsWith(prefix))) kept.removeItem(key);
    }
  }
}
