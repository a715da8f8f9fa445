/** The business itself: what it is called, and what it may use. For its admins. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { buttonClass } from "@/components/button";
import { Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { Meter } from "@/components/meter";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { wholeNumber } from "@/i18n/number";
import { limitsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Limits } from "@/wire/frames";

export default function SettingsPage() {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const limits = useQuery(limitsQuery(api, tenant.id));
  return (
    <Page title={t("settings.title")}>
      <Section title={t("settings.business")}>
        <Facts>
          <Fact name={t("settings.name")}>{tenant.name}</Fact>
          <Fact name={t("settings.slug")}>{tenant.slug}</Fact>
        </Facts>
        <p className="mt-3 text-sm text-soft">{t("settings.nameHelp")}</p>
      </Section>
      <Section title={t("models.title")}>
        <p className="mb-3 text-sm text-soft">{t("settings.modelsLead")}</p>
        <Link to={at("settings/models")} className={`${buttonClass("quiet")} inline-block`}>{t("settings.toModels")}</Link>
      </Section>
      <Section title={t("settings.limits")}>
        {limits.isPending && <RowSkeletons rows={2} className="h-17" />}
        {limits.isError && !limits.data && <LoadFailed query={limits} />}
        {limits.data && <Used limits={limits.data} />}
      </Section>
    </Page>
  );
}

function Used({ limits }: { limits: Limits }) {
  const { t, language } = useI18n();
  const { tokens_today, tokens_per_day, messages_per_minute, runs_at_once } = limits;
  const used = wholeNumber(language, tokens_today);
  const most = wholeNumber(language, tokens_per_day);
  return (
    <>
      <Facts>
        <Fact name={t("settings.tokens")}>
          {t("settings.tokensOf", { used, most })}
          <Meter label={t("settings.tokens")} value={tokens_today} max={tokens_per_day} />
        </Fact>
        <Fact name={t("settings.messages")}>{wholeNumber(language, messages_per_minute)}</Fact>
        <Fact name={t("settings.runs")}>{wholeNumber(language, runs_at_once)}</Fact>
      </Facts>
      <p className="mt-3 text-sm text-soft">{t("settings.limitsHelp")}</p>
    </>
  );
}

function Facts({ children }: { children: ReactNode }) {
  return <dl className="divide-y divide-line rounded-card border border-line bg-raised">{children}</dl>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-1 px-4 py-row sm:grid-cols-[14rem_1fr] sm:gap-4">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}
