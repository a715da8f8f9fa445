/** Up to when a person has seen each conversation, in this browser: what is newer is unread. */
import { useSyncExternalStore } from "react";

import type { Conversation } from "@/wire/frames";

import { inBrowser } from "./kept";
import { personalPrefix } from "./personal";

const watching = new Set<() => void>();

function seenPrefix(userId: string): string {
  return personalPrefix("seen", userId);
}

/** A tab that knows less than another takes nothing back. */
export function markSeen(userId: string, conversationId: string, updatedAt: string): void {
  const key = seenPrefix(userId) + conversationId;
  const before = inBrowser.getItem(key);
  if (before !== null && Date.parse(before) >= Date.parse(updatedAt)) return;
  inBrowser.setItem(key, updatedAt);
  for (const changed of watching) changed();
}

/** What is read in another tab of this browser is read here too. */
function watchSeen(changed: () => void): () => void {
  watching.add(changed);
  addEventListener("storage", changed);
  return () => {
    watching.delete(changed);
    removeEventListener("storage", changed);
  };
}

/** A conversation that this browser has never met counts as seen. */
export function isUnread(userId: string, conversationId: string, updatedAt: string): boolean {
  const seen = inBrowser.getItem(seenPrefix(userId) + conversationId);
  return seen !== null && Date.parse(updatedAt) > Date.parse(seen);
}

/** How many of a person's own conversations say something new. */
export function useUnreadCount(userId: string, conversations: readonly Conversation[]): number {
  return useSyncExternalStore(
    watchSeen,
    () => conversations.filter(({ id, user_id, updated_at }) => user_id === userId && isUnread(userId, id, updated_at)).length,
  );
}
