/**
 * What is typed into a long form, kept for this tab until it is sent or cancelled. One that began
 * from other values than there are now is not taken up: somebody else has changed them meanwhile.
 */
import { inTab } from "@/session/kept";
import { personalPrefix } from "@/session/personal";

interface FormDraft<Values> {
  readonly initial: Values;
  readonly values: Values;
}

export function formDraftPrefix(userId: string): string {
  return personalPrefix("form", userId);
}

export function loadFormDraft<Values>(key: string, initial: Values): Values | null {
  try {
    const kept = JSON.parse(inTab.getItem(key) ?? "null") as FormDraft<Values> | null;
    return kept && JSON.stringify(kept.initial) === JSON.stringify(initial) ? kept.values : null;
  } catch {
    return null;
  }
}

export function keepFormDraft<Values>(key: string, initial: Values, values: Values): void {
  inTab.setItem(key, JSON.stringify({ initial, values } satisfies FormDraft<Values>));
}

export function dropFormDraft(key: string): void {
  inTab.removeItem(key);
}
