/** What a person leaves in this browser; a log-out takes it away. */
import { outboxPrefix } from "@/chat/outbox";
import { formDraftPrefix } from "@/components/form/form-draft";
import { draftPrefix } from "@/features/conversation/draft";
import { placePrefix } from "@/features/conversation/place";
import { seenPrefix } from "@/features/shell/seen";

import { inBrowser, inTab } from "./kept";

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
