/**
 * How dates and times are written: in the words of the page's language, in the order and by the
 * clock of where the browser is at home. `navigator.languages` tells; a language alone tells of no
 * country, and English alone not of the United States.
 */
import type { Language } from "./language";

export interface Region {
  readonly locale: string;
  readonly hourCycle: "h11" | "h12" | "h23" | "h24";
}

const KNOWN = new Map<string, Region>();

export function regionOf(language: Language, wished: readonly string[] = navigator.languages): Region {
  const key = `${language} ${wished.join()}`;
  const region = KNOWN.get(key) ?? findRegion(language, wished.flatMap(parsed));
  KNOWN.set(key, region);
  return region;
}

function findRegion(language: Language, wished: readonly Intl.Locale[]): Region {
  const home = wished.find(({ region }) => region) ?? wished.find((each) => each.language !== "en")?.maximize();
  const locale = localeOf(language, home?.region);
  const byHome = new Intl.DateTimeFormat(home?.toString() ?? locale, { hour: "numeric" });
  return { locale, hourCycle: byHome.resolvedOptions().hourCycle ?? "h23" };
}

/** `en-GB`, `es-MX`; the world's English where a country has no English of its own. */
function localeOf(language: Language, region: string | undefined): string {
  const wished = region ? `${language}-${region}` : language;
  const found = new Intl.DateTimeFormat(wished).resolvedOptions().locale;
  return found === "en" ? "en-001" : found;
}

function parsed(tag: string): Intl.Locale[] {
  try {
    return [new Intl.Locale(tag)];
  } catch {
    return [];
  }
}
