/** What was typed and not sent, per conversation; a reload does not lose it. */
import { inBrowser } from "@/kept";

export function draftPrefix(userId: string): string {
  return `konstruct.draft.${userId}.`;
}

export function loadDraft(userId: string, conversationId: string): string {
  return inBrowser.getItem(draftPrefix(userId) + conversationId) ?? "";
}

export function keepDraft(userId: string, conversationId: string, text: string): void {
  const key = draftPrefix(userId) + conversationId;
  if (text) inBrowser.setItem(key, text);
  else inBrowser.removeItem(key);
}
