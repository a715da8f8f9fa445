import { Select } from "@/components/select";
import { useI18n } from "@/i18n/context";
import { isLanguage, LANGUAGES } from "@/i18n/language";
import { browsersRegion, isRegion, REGIONS } from "@/i18n/region";
import { fullTime } from "@/i18n/time";

const AUTO = "auto";
const LANGUAGE_CHOICES = Object.entries(LANGUAGES).map(([value, name]) => ({ value, name }));
/** A day and an hour that show which of the two comes first, and which clock it is. */
const EXAMPLE = "2026-11-26T15:30:00";

export function LanguageAndRegion() {
  const { t, language, setLanguage, region, setRegion } = useI18n();
  const names = new Intl.DisplayNames([language], { type: "region" });
  const nameOf = (code: string) => names.of(code) ?? code;
  const regions = REGIONS.map((value) => ({ value: value, name: nameOf(value) })).sort((one, other) =>
    one.name.localeCompare(other.name, language),
  );
  const here = browsersRegion();
  return (
    <div className="grid gap-5">
      <Select
        label={t("me.languageLabel")}
        value={language}
        of={LANGUAGE_CHOICES}
        onChange={(tag) => { if (isLanguage(tag)) setLanguage(tag); }}
      />
      <Select
        label={t("me.region")}
        help={`${t("me.regionHelp")} ${t("me.regionExample", { example: fullTime(language, EXAMPLE) })}`}
        value={region ?? AUTO}
        of={[{ value: AUTO, name: t("me.regionAuto", { region: here ? nameOf(here) : "–" }) }, ...regions]}
        onChange={(code) => { setRegion(isRegion(code) ? code : null); }}
      />
    </div>
  );
}
