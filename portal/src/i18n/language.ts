/** Which languages there are, and which one this person reads. */
import { en, type Catalogue } from "./en";
import { es } from "./es";
import { pt } from "./pt";

export const LANGUAGES = { en: "English", es: "Español", pt: "Português" } as const;
export type Language = keyof typeof LANGUAGES;

export const CATALOGUES: Record<Language, Catalogue> = { en, es, pt };

const STORED = "konstruct.language";

/** The one they chose, else the browser's first that there is, else English. */
export function preferredLanguage(): Language {
  const wished = [localStorage.getItem(STORED), ...navigator.languages];
  const known = wished.map((tag) => tag?.slice(0, 2).toLowerCase());
  return known.find(isLanguage) ?? "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(STORED, language);
}

export function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(LANGUAGES, tag);
}
