/**
 * How dates and times are written: in the words of the page's language, in the order and by the
 * clock of where the browser is at home. `navigator.languages` tells; a language alone tells of no
 * country, and English alone not of the United States.
 */
import { inBrowser } from "@/session/kept";

import type { Language } from "./language";

export interface Region {
  readonly locale: string;
  readonly hourCycle: "h11" | "h12" | "h23" | "h24";
}

/** Those a person can choose; a browser may have any other. */
export const REGIONS = [
  "AR", "AT", "AU", "BO", "BR", "CA", "CH", "CL", "CO", "CR", "DE", "DO", "EC", "ES", "FR", "GB", "GT", "IE", "IN",
  "IT", "MX", "NL", "NZ", "PA", "PE", "PT", "PY", "US", "UY", "VE", "ZA",
] as const;
const STORED = "konstruct.region";
const KNOWN = new Map<string, Region>();

export function isRegion(code: string | null): code is (typeof REGIONS)[number] {
  return REGIONS.some((each) => each === code);
}

/** The one this person chose in this browser. */
export function keptRegion(): string | null {
  const kept = inBrowser.getItem(STORED);
  return isRegion(kept) ? kept : null;
}

export function keepRegion(region: string | null): void {
  if (region === null) inBrowser.removeItem(STORED);
  else inBrowser.setItem(STORED, region);
}

/** Where the browser is at home, as far as it tells. */
export function browsersRegion(): string | undefined {
  return homeOf(navigator.languages.flatMap(parsed))?.region;
}

function wishes(language: Language): readonly string[] {
  const kept = keptRegion();
  return kept === null ? navigator.languages : [`${language}-${kept}`, ...navigator.languages];
}

export function regionOf(language: Language, wished: readonly string[] = wishes(language)): Region {
  const key = `${language} ${wished.join()}`;
  const region = KNOWN.get(key) ?? findRegion(language, wished.flatMap(parsed));
  KNOWN.set(key, region);
  return region;
}

function findRegion(language: Language, wished: readonly Intl.Locale[]): Region {
  const home = homeOf(wished);
  const locale = localeOf(language, home?.region);
  const byHome = new Intl.DateTimeFormat(home?.toString() ?? locale, { hour: "numeric" });
  return { locale, hourCycle: byHome.resolvedOptions().hourCycle ?? "h23" };
}

function homeOf(wished: readonly Intl.Locale[]): Intl.Locale | undefined {
  return wished.find(({ region }) => region) ?? wished.find((each) => each.language !== "en")?.maximize();
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
