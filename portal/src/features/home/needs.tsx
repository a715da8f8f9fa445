/** What waits for this person, each with the way to settle it. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { buttonClass } from "@/components/button";
import { Icon } from "@/components/icons";
import { Rows } from "@/components/list";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { fullTime } from "@/i18n/time";
import { connectionsQuery, workingQuery } from "@/session/queries";
import { mayAdminister, mayRunPlatform } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

import { attentionQuery } from "./queries";

export function Needs() {
  const { t, language } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const agents = useQuery(workingQuery(api, tenant.id));
  // The platform's own people see no business's inside.
  const attention = useQuery({ ...attentionQuery(api, tenant.id), enabled: !mayRunPlatform(tenant.role) });
  const channels = useQuery(connectionsQuery(api, tenant.id));
  if (!agents.data || attention.isLoading) return <RowSkeletons rows={1} />;
  const mayChange = mayAdminister(tenant.role);
  const failing = (channels.data ?? []).filter(({ state }) => state === "failing");
  const paused = agents.data.filter(({ status }) => status === "paused");
  const needs = [
    // An account that does not work is told with its page, below.
    ...(attention.data ?? []).filter(({ kind }) => kind !== "connection_failing").map(({ id, kind, agent_name, created_at, claimed_by }) => (
      <Need
        key={id}
        icon="warning"
        why={t(claimed_by ? "home.claimed" : "home.since", { time: fullTime(language, created_at) })}
        {...(mayChange && kind === "model_key_failing" ? { to: at("settings/models"), way: t("models.title") } : {})}
      >
        {t(`home.item.${knownKind(kind)}`, { name: agent_name ?? "" })}
      </Need>
    )),
    ...(agents.data.length === 0 && mayChange
      ? [<Need key="hire" icon="employee" why={t("home.hireWhy")} to={at("employees/new")} way={t("app.hireFirst")}>{t("app.noEmployees")}</Need>]
      : []),
    ...failing.map(({ id, name, type, sentence }) => (
      <Need key={id} icon="warning" why={sentence ?? t("home.channelWhy")} {...(mayChange ? { to: at(`channels/${id}`), way: t("channels.title") } : {})}>
        {t("home.channel", { name: name ?? type })}
      </Need>
    )),
    ...paused.map(({ id, name, paused_notice }) => (
      <Need key={id} icon="pause" why={paused_notice ?? t("home.pausedWhy")} {...(mayChange ? { to: at("employees"), way: t("home.toEmployees") } : {})}>
        {t("home.paused", { name })}
      </Need>
    )),
  ];
  if (needs.length === 0) return <p className="text-soft">{t("home.nothing")}</p>;
  return <Rows label={t("home.needs")}>{needs}</Rows>;
}

const KINDS = [
  "handover", "asked_for_person", "answer_failed", "not_known", "employee_paused", "limit_reached",
  "unknown_effect", "delivery_dead", "connection_failing", "door_failing", "source_failed",
  "model_key_failing",
] as const;

/** There may be more of them one day. */
function knownKind(kind: string): (typeof KINDS)[number] | "other" {
  return KINDS.find((each) => each === kind) ?? "other";
}

interface NeedProps {
  icon: "employee" | "pause" | "warning";
  why: string;
  /** Where it is settled, by those who may. */
  to?: string;
  way?: string;
  children: ReactNode;
}

function Need({ icon, why, to, way, children }: NeedProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-row">
      <Icon name={icon} className="size-5 shrink-0 text-warn" />
      <div className="min-w-40 grow basis-0">
        <p className="font-medium wrap-anywhere">{children}</p>
        <p dir="auto" className="text-sm wrap-anywhere text-soft">{why}</p>
      </div>
      {to && way && <Link to={to} className={`${buttonClass("quiet")} inline-flex items-center`}>{way}</Link>}
    </li>
  );
}
