/** What may be typed, told before the gateway is asked. */

/** `acme.com/prices` as an address; null if it is none that a person would mean. */
export function addressOf(typed: string): string | null {
  const text = typed.trim();
  const address = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[\w.-]+:\d/.test(text) ? text : `https://${text}`;
  if (/\s/.test(text) || !URL.canParse(address)) return null;
  const { protocol, hostname, href } = new URL(address);
  return ["http:", "https:"].includes(protocol) && hostname.includes(".") ? href : null;
}

/** What is knocked off at once, so that nobody waits for 20 MB to be refused. */
export const MOST_BYTES = 20 * 1024 * 1024;

const FAILURES = [
  "password",
  "scanned_without_text",
  "too_big",
  "wrong_type",
  "broken",
  "too_slow",
  "too_much_memory",
  "empty",
] as const;

export type Failure = (typeof FAILURES)[number];

/** A failure of which the page knows what helps; of all others the gateway's sentence is shown. */
export function knownFailure(error: string | null | undefined): Failure | undefined {
  return FAILURES.find((failure) => failure === error);
}

/** A day as a date field has it: the person's own day in which the moment lies. */
export function dayOf(moment: string | null): string {
  if (moment === null) return "";
  const at = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The last moment of a day; null without one. */
export function endOf(day: string): string | null {
  return day ? new Date(`${day}T23:59:59`).toISOString() : null;
}
