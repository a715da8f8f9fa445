/** What was typed and not sent, per conversation; a reload does not lose it. */

export function draftPrefix(userId: string): string {
  return `konstruct.draft.${userId}.`;
}

export function loadDraft(userId: string, conversationId: string): string {
  return localStorage.getItem(draftPrefix(userId) + conversationId) ?? "";
}

export function keepDraft(userId: string, conversationId: string, text: string): void {
  const key = draftPrefix(userId) + conversationId;
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // Full or forbidden: the draft lives as long as the page.
  }
}
