/** Today in figures, where there are any. */
import { useQuery } from "@tanstack/react-query";

import { Section } from "@/components/list";
import { Meter } from "@/components/meter";
import { useI18n } from "@/i18n/context";
import { wholeNumber } from "@/i18n/number";
import { limitsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";

export function Today() {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const limits = useQuery(limitsQuery(api, tenant.id));
  if (!limits.data || limits.data.tokens_today === 0) return null;
  const { tokens_today, tokens_per_day } = limits.data;
  return (
    <Section title={t("home.today")}>
      <div className="rounded-card border border-line bg-raised px-4 py-row">
        <p className="text-sm text-soft">{t("home.tokens")}</p>
        <p>
          {t("home.tokensOf", { used: wholeNumber(language, tokens_today), most: wholeNumber(language, tokens_per_day) })}
        </p>
        <Meter label={t("home.tokens")} value={tokens_today} max={tokens_per_day} />
      </div>
    </Section>
  );
}
