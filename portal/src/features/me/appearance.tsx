import { useState } from "react";

import { Select } from "@/components/select";
import { useI18n } from "@/i18n/context";
import { DENSITIES, density, keepDensity, keepTheme, theme, THEMES } from "@/session/appearance";

export function Appearance() {
  const { t } = useI18n();
  const [chosen, setChosen] = useState({ theme: theme(), density: density() });
  return (
    <div className="grid gap-5">
      <Select
        label={t("me.theme")}
        value={chosen.theme}
        of={THEMES.map((value) => ({ value, name: t(`me.theme.${value}`) }))}
        onChange={(value) => {
          const known = THEMES.find((each) => each === value);
          if (!known) return;
          keepTheme(known);
          setChosen({ ...chosen, theme: known });
        }}
      />
      <Select
        label={t("me.density")}
        help={t("me.here")}
        value={chosen.density}
        of={DENSITIES.map((value) => ({ value, name: t(`me.density.${value}`) }))}
        onChange={(value) => {
          const known = DENSITIES.find((each) => each === value);
          if (!known) return;
          keepDensity(known);
          setChosen({ ...chosen, density: known });
        }}
      />
    </div>
  );
}
