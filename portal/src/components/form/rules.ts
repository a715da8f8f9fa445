/**
 * What can be typed into a form: the gateway's rules, told before it is asked. What it alone can
 * know (a name that is taken) comes back from it, and is told at the same field. Which rules a
 * feature's fields have is in its own `rules.ts`.
 */
import { countCodePoints } from "@/chat/code-points";
import type { MessageKey } from "@/i18n/en";
import { Refused } from "@/wire/errors";

/** A sentence by its key, so that it follows the language. */
export interface Complaint {
  readonly key: MessageKey;
  readonly values?: Record<string, string | number>;
}

export type Complaints<Field extends string> = Partial<Record<Field, Complaint | undefined>>;

/** Of a business and of a person, in code points. */
export const MAX_NAME = 120;

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** Characters nobody sees, or that turn the direction of what stands around them. */
const HIDDEN = /\p{Cf}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u2800|\u3164|\uffa0/u;
/** Joiners where they shape letters or emoji, and the spelling of a region's flag. */
const SHAPING =
  /(?<=[\p{L}\p{M}\p{S}\p{Cn}])[\u200c\u200d](?=[\p{L}\p{M}\p{S}\p{Cn}])|(?<=\u{1f3f4})[\u{e0030}-\u{e007a}]+\u{e007f}/gu;

/** At which field to tell what the gateway refused with a code; any other concerns the form. */
export type Blame<Field extends string> = Partial<Record<string, Field>>;

export function blamedField<Field extends string>(blame: Blame<Field>, error: unknown): Field | undefined {
  return error instanceof Refused ? blame[error.code] : undefined;
}

/** A name: seen as it is written, on one line. */
export function oneLine(text: string, max: number, { mayBeEmpty = false } = {}): Complaint | undefined {
  if (!mayBeEmpty && text.trim() === "") return { key: "field.empty" };
  if (CONTROL.test(text.trim())) return { key: "field.oneLine" };
  if (HIDDEN.test(text.trim().replace(SHAPING, ""))) return { key: "error.name_unseen" };
  return tooLong(text, max);
}

/** In code points, as the gateway counts. */
export function tooLong(text: string, max: number): Complaint | undefined {
  const count = countCodePoints(text.trim());
  return count > max ? { key: "field.tooLong", values: { count, max } } : undefined;
}

const PASSWORD = { min: 10, max: 256 };

/** What can be said of a new password before the gateway is asked. */
export function newPassword(password: string): Complaint | undefined {
  const length = countCodePoints(password);
  return length >= PASSWORD.min && length <= PASSWORD.max ? undefined : { key: "field.passwordLength", values: PASSWORD };
}

/** Only what there is to complain of. */
export function told<Field extends string>(
  complaints: Record<Field, Complaint | undefined>,
): Complaints<Field> {
  const there = Object.entries(complaints).filter(([, complaint]) => complaint !== undefined);
  return Object.fromEntries(there) as Complaints<Field>;
}
