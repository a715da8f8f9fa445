import { type ReactNode, useEffect, useMemo, useState } from "react";

import { type I18n, I18nContext } from "./context";
import { CATALOGUES, keepLanguage, preferredLanguage } from "./language";

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(preferredLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const i18n = useMemo<I18n>(
    () => ({
      language,
      setLanguage(chosen) {
        keepLanguage(chosen);
        setLanguage(chosen);
      },
      t: (key, values = {}) =>
        CATALOGUES[language][key].replace(/\{(\w+)\}/g, (_, name: string) =>
          String(values[name] ?? ""),
        ),
    }),
    [language],
  );
  return <I18nContext value={i18n}>{children}</I18nContext>;
}
