import { type ReactNode, useEffect, useMemo, useState } from "react";

import { type I18n, I18nContext } from "./context";
import { keepLanguage, type Words, wordsOf } from "./language";
import { keepRegion, keptRegion } from "./region";
import { filled } from "./sentence";

export function I18nProvider({ first, children }: { first: Words; children: ReactNode }) {
  const [{ language, catalogue }, setWords] = useState(first);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const [region, setRegion] = useState(keptRegion);
  const i18n = useMemo<I18n>(
    () => ({
      language,
      setLanguage(chosen) {
        keepLanguage(chosen);
        // Fetched in vain, they stay as they are until the next visit.
        wordsOf(chosen).then(setWords, () => undefined);
      },
      region,
      setRegion(chosen) {
        keepRegion(chosen);
        setRegion(chosen);
      },
      t: (key, values = {}) => filled(language, catalogue[key], values),
    }),
    [language, catalogue, region],
  );
  return <I18nContext value={i18n}>{children}</I18nContext>;
}
