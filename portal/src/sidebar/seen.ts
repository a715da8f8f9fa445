/** Up to when a person has seen each conversation, in this browser: what is newer is unread. */

export function seenPrefix(userId: string): string {
  return `konstruct.seen.${userId}.`;
}

export function markSeen(userId: string, conversationId: string, updatedAt: string): void {
  try {
    localStorage.setItem(seenPrefix(userId) + conversationId, updatedAt);
  } catch {
    // Full or forbidden: there are no unread marks then.
  }
}

/** A conversation that this browser has never met counts as seen. */
export function isUnread(userId: string, conversationId: string, updatedAt: string): boolean {
  const seen = localStorage.getItem(seenPrefix(userId) + conversationId);
  return seen !== null && Date.parse(updatedAt) > Date.parse(seen);
}
