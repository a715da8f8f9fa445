/** Which languages there are, and which one this person reads. */
import { inBrowser } from "@/session/kept";

import { en, type Catalogue } from "./en";

export const LANGUAGES = { en: "English", es: "Español", pt: "Português" } as const;
export type Language = keyof typeof LANGUAGES;

/** English comes with the page; of the others, who reads one fetches that one. */
const CATALOGUES: Record<Language, () => Promise<Catalogue>> = {
  en: () => Promise.resolve(en),
  es: () => import("./es").then(({ es }) => es),
  pt: () => import("./pt").then(({ pt }) => pt),
};

export interface Words {
  readonly language: Language;
  readonly catalogue: Catalogue;
}

export async function wordsOf(language: Language): Promise<Words> {
  return { language, catalogue: await CATALOGUES[language]() };
}

/** Those this person reads; English ones rather than none. */
export function firstWords(): Promise<Words> {
  return wordsOf(preferredLanguage()).catch(() => wordsOf("en"));
}

const STORED = "konstruct.language";

/** The one they chose, else the browser's first that there is, else English. */
function preferredLanguage(): Language {
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
