/**
 * What is typed into a long form, kept for this tab until it is sent or cancelled. One that began
 * from other values than there are now is not taken up: somebody else has changed them meanwhile.
 */

interface Kept<Values> {
  readonly initial: Values;
  readonly values: Values;
}

export function formDraftPrefix(userId: string): string {
  return `konstruct.form.${userId}.`;
}

export function loadFormDraft<Values>(key: string, initial: Values): Values | null {
  const text = sessionStorage.getItem(key);
  if (text === null) return null;
  const kept = JSON.parse(text) as Kept<Values>;
  return JSON.stringify(kept.initial) === JSON.stringify(initial) ? kept.values : null;
}

export function keepFormDraft<Values>(key: string, initial: Values, values: Values): void {
  try {
    sessionStorage.setItem(key, JSON.stringify({ initial, values } satisfies Kept<Values>));
  } catch {
    // Full or forbidden: it lives as long as the page then.
  }
}

export function dropFormDraft(key: string): void {
  sessionStorage.removeItem(key);
}
