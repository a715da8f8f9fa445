/** Times as people read them, in their language and time zone. */
import type { Translate } from "./context";
import type { Language } from "./language";

export function clockTime(language: Language, at: string): string {
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(
    new Date(at),
  );
}

export function fullTime(language: Language, at: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(
    new Date(at),
  );
}

export function fullDate(language: Language, at: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(new Date(at));
}

/** Today's by the clock, others by the day. */
export function listTime(language: Language, at: string): string {
  const date = new Date(at);
  if (daysAgo(date) === 0) return clockTime(language, at);
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }).format(date);
}

export function dayName(language: Language, t: Translate, at: string): string {
  const date = new Date(at);
  const days = daysAgo(date);
  if (days === 0) return t("day.today");
  if (days === 1) return t("day.yesterday");
  return new Intl.DateTimeFormat(language, { dateStyle: "full" }).format(date);
}

export function sameDay(one: string, other: string): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

function daysAgo(date: Date): number {
  const dayMs = 24 * 3600 * 1000;
  return Math.round((startOfDay(new Date()) - startOfDay(date)) / dayMs);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
