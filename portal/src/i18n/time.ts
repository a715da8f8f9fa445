/** Times as people read them, in their language, as their region writes them, in their time zone. */
import type { Translate } from "./context";
import type { Language } from "./language";
import { regionOf } from "./region";

export function clockTime(language: Language, at: string): string {
  return written(language, at, { hour: "numeric", minute: "2-digit" });
}

export function fullTime(language: Language, at: string): string {
  return written(language, at, { dateStyle: "long", timeStyle: "short" });
}

export function fullDate(language: Language, at: string): string {
  return written(language, at, { dateStyle: "long" });
}

/** Today's by the clock, others by the day. */
export function listTime(language: Language, at: string): string {
  if (daysAgo(new Date(at)) === 0) return clockTime(language, at);
  return written(language, at, { day: "numeric", month: "short" });
}

export function dayName(language: Language, t: Translate, at: string): string {
  const days = daysAgo(new Date(at));
  if (days === 0) return t("day.today");
  if (days === 1) return t("day.yesterday");
  return written(language, at, { dateStyle: "full" });
}

export function sameDay(one: string, other: string): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** A wait in seconds, as the gateway writes it too: a long one in minutes. */
export function waitTime(language: Language, seconds: number): string {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : [Math.round(seconds / 60), "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

/** Languages disagree whether a 24-hour clock reads 0:04 or 00:04: here its hours have two digits in all. */
function written(language: Language, at: string, how: Intl.DateTimeFormatOptions): string {
  const { locale, hourCycle } = regionOf(language);
  const clock = how.hour || how.timeStyle ? { hourCycle } : {};
  const parts = new Intl.DateTimeFormat(locale, { ...how, ...clock }).formatToParts(new Date(at));
  const digits = hourCycle === "h23" ? 2 : 1;
  return parts.map(({ type, value }) => (type === "hour" ? value.padStart(digits, "0") : value)).join("");
}

function daysAgo(date: Date): number {
  const dayMs = 24 * 3600 * 1000;
  return Math.round((startOfDay(new Date()) - startOfDay(date)) / dayMs);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
