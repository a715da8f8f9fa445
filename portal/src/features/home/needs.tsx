/** What waits for this person, each with the way to settle it. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { buttonClass } from "@/components/button";
import { Icon } from "@/components/icons";
import { Rows } from "@/components/list";
import { useI18n } from "@/i18n/context";
import { agentsQuery } from "@/session/queries";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

export function Needs() {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  if (!agents.data) return null;
  const mayChange = mayAdminister(tenant.role);
  const paused = agents.data.filter(({ status }) => status === "paused");
  const needs = [
    ...(agents.data.length === 0 && mayChange
      ? [<Need key="hire" icon="employee" why={t("home.hireWhy")} to={at("employees/new")} way={t("app.hireFirst")}>{t("app.noEmployees")}</Need>]
      : []),
    ...paused.map(({ id, name, paused_notice }) => (
      <Need key={id} icon="pause" why={paused_notice ?? t("home.pausedWhy")} {...(mayChange ? { to: at("employees"), way: t("home.toEmployees") } : {})}>
        {t("home.paused", { name })}
      </Need>
    )),
  ];
  if (needs.length === 0) return <p className="text-soft">{t("home.nothing")}</p>;
  return <Rows label={t("home.needs")}>{needs}</Rows>;
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
