/**
 * What was typed and not sent, per conversation; neither a reload nor a closed tab loses it. Each
 * tab keeps its own; the latest of all is kept for tabs to come, and is taken away only by a tab
 * that has the same: what another one types stays.
 */
import { inBrowser, inTab } from "@/session/kept";
import { personalPrefix } from "@/session/personal";

function draftPrefix(userId: string): string {
  return personalPrefix("draft", userId);
}

export function loadDraft(userId: string, conversationId: string): string {
  const key = draftPrefix(userId) + conversationId;
  return inTab.getItem(key) ?? inBrowser.getItem(key) ?? "";
}

export function keepDraft(userId: string, conversationId: string, text: string): void {
  const key = draftPrefix(userId) + conversationId;
  const before = inTab.getItem(key);
  if (text === (before ?? "")) return;
  inTab.setItem(key, text);
  const latest = inBrowser.getItem(key);
  if (text) inBrowser.setItem(key, text);
  else if (latest === before) inBrowser.removeItem(key);
}
