/** `t("key", { name })` gives the sentence in the person's language. */
import { createContext, use } from "react";

import { en, type MessageKey } from "./en";
import type { Language } from "./language";

export type Translate = (key: MessageKey, values?: Record<string, string | number>) => string;

export interface I18n {
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  /** The one chosen; null for the browser's own. */
  readonly region: string | null;
  readonly setRegion: (region: string | null) => void;
  readonly t: Translate;
}

export const I18nContext = createContext<I18n | null>(null);

export function useI18n(): I18n {
  const i18n = use(I18nContext);
  if (!i18n) throw new Error("useI18n needs an I18nProvider above it");
  return i18n;
}

/** The sentence for an error's code, with the wait where it is known, or the gateway's own. */
export function errorSentence(t: Translate, code: string, fallback: string, wait?: string): string {
  const timed = `error.${code}_in`;
  if (wait && isMessageKey(timed)) return t(timed, { wait });
  const key = `error.${code}`;
  return isMessageKey(key) ? t(key) : fallback;
}

function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}
