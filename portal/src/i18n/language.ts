/** Which languages there are, and which one this person reads. */
import { inBrowser } from "@/kept";

import { en, type Catalogue } from "./en";
import { es } from "./es";
import { pt } from "./pt";

export const LANGUAGES = { en: "English", es: "Español", pt: "Português" } as const;
export type Language = keyof typeof LANGUAGES;

export const CATALOGUES: Record<Language, Catalogue> = { en, es, pt };

const STORED = "konstruct.language";

/** The one they chose, else the browser's first that there is, else English. */
export function preferredLanguage(): Language {
  const wished = [inBrowser.getItem(STORED), ...navigator.languages];
  const known = wished.map((tag) => tag?.split("-")[0]?.toLowerCase());
  return known.find(isLanguage) ?? "en";
}

export function keepLanguage(language: Language): void {
  inBrowser.setItem(STORED, language);
}

export function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(LANGUAGES, tag);
}
