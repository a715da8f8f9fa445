/** Up to when a person has seen each conversation, in this browser: what is newer is unread. */
import { inBrowser } from "@/session/kept";
import { personalPrefix } from "@/session/personal";

function seenPrefix(userId: string): string {
  return personalPrefix("seen", userId);
}

/** A tab that knows less than another takes nothing back. */
export function markSeen(userId: string, conversationId: string, updatedAt: string): void {
  const key = seenPrefix(userId) + conversationId;
  const before = inBrowser.getItem(key);
  if (before !== null && Date.parse(before) >= Date.parse(updatedAt)) return;
  inBrowser.setItem(key, updatedAt);
}

/** What is read in another tab of this browser is read here too. */
export function watchSeen(changed: () => void): () => void {
  addEventListener("storage", changed);
  return () => { removeEventListener("storage", changed); };
}

/** A conversation that this browser has never met counts as seen. */
export function isUnread(userId: string, conversationId: string, updatedAt: string): boolean {
  const seen = inBrowser.getItem(seenPrefix(userId) + conversationId);
  return seen !== null && Date.parse(updatedAt) > Date.parse(seen);
}
