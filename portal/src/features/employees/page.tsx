/** The business's AI employees: seen by all, hired, told how to work and paused by its admins. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "react-router";

import { Button, buttonClass, OneOf } from "@/components/button";
import { Icon } from "@/components/icons";
import { Empty, Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { AiMark } from "@/components/mark";
import { Name } from "@/components/name";
import { RowSkeletons } from "@/components/skeleton";
import { tell } from "@/components/toast/toasts";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { agentsQuery } from "@/session/queries";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";
import type { Agent } from "@/wire/frames";

import { Dismissed, DismissDialog } from "./dismissal";
import { PauseDialog } from "./pause-dialog";
import { changeAgent } from "./queries";

export default function EmployeesPage() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  const mayChange = mayAdminister(tenant.role);
  const working = agents.data?.filter(({ dismissed_at }) => !dismissed_at);
  const dismissed = agents.data?.filter(({ dismissed_at }) => dismissed_at) ?? [];
  return (
    <Page title={t("employees.title")} actions={mayChange && <HireLink />}>
      <News />
      {agents.isPending && <RowSkeletons rows={3} />}
      {agents.isError && !agents.data && <LoadFailed query={agents} />}
      {working?.length === 0 && (
        <Empty>
          <p className={mayChange ? "mb-4" : ""}>{t(mayChange ? "employees.emptyAdmin" : "app.noEmployees")}</p>
          {mayChange && <HireLink />}
        </Empty>
      )}
      {working && working.length > 0 && (
        <Rows label={t("employees.title")}>
          {working.map((agent) => (
            <EmployeeRow key={agent.id} agent={agent} mayChange={mayChange} />
          ))}
        </Rows>
      )}
      {mayChange && dismissed.length > 0 && <Dismissed agents={dismissed} />}
    </Page>
  );
}

function HireLink() {
  const { t } = useI18n();
  const { at } = useWorkspace();
  return (
    <Link to={at("employees/new")} className={`${buttonClass("primary")} inline-flex shrink-0 items-center gap-2`}>
      <Icon name="add" className="size-4 shrink-0" />
      {t("employees.hire")}
    </Link>
  );
}

interface NewsState {
  readonly hired?: { readonly id: string; readonly name: string };
}

/** What the page before this one did. A new employee is one key press away. */
function News() {
  const { t } = useI18n();
  const { at } = useWorkspace();
  const { state } = useLocation() as { state: NewsState | null };
  const talk = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    talk.current?.focus();
  }, []);
  if (!state?.hired) return null;
  return (
    <div role="status" className="mb-5 flex flex-wrap items-center justify-between gap-3 rounded-card bg-mine px-4 py-3">
      <p className="wrap-anywhere">{t("employees.hired", { name: state.hired.name })}</p>
      <Link ref={talk} to={at(`chat/${state.hired.id}`)} className={`${buttonClass("primary")} inline-flex items-center gap-2`}>
        <Icon name="chat" className="size-4 shrink-0" />
        {t("employees.chatName", { name: state.hired.name })}
      </Link>
    </div>
  );
}

function EmployeeRow({ agent, mayChange }: { agent: Agent; mayChange: boolean }) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const queries = useQueryClient();
  const paused = agent.status === "paused";
  const [pausing, setPausing] = useState(false);
  const [dismissing, setDismissing] = useState(false);
  const put = (status: Agent["status"]) => async () => {
    await changeAgent(api, tenant.id, agent.id, { status });
    await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
  };
  const turn = useMutation({
    mutationFn: put("active"),
    onSuccess: () => { tell({ sentence: t("employees.isBack", { name: agent.name }), undo: put("paused") }); },
  });
  const { name } = agent;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-row">
      <AiMark name={name} />
      <div className="min-w-40 grow basis-0">
        <p className="flex items-center gap-2">
          <Name className="font-medium">{name}</Name>
          {paused && (
            <span className="shrink-0 rounded-full border border-line px-2 py-0.5 text-xs text-soft">
              {t("app.paused")}
            </span>
          )}
        </p>
        <p className="text-sm text-soft"><Name>{agent.role}</Name></p>
        {paused && agent.paused_notice && (
          <p dir="auto" className="mt-1 text-sm wrap-anywhere">{agent.paused_notice}</p>
        )}
      </div>
      <div className="flex flex-wrap gap-2 max-sm:w-full">
        <Link
          to={at(`chat/${agent.id}`)}
          aria-label={t("employees.chatName", { name })}
          className={`${buttonClass("quiet")} inline-flex items-center`}
        >
          {t("employees.chat")}
        </Link>
        {mayChange && (
          <>
            <Link
              to={at(`employees/${agent.id}`)}
              aria-label={t("employees.editName", { name })}
              className={`${buttonClass("quiet")} inline-flex items-center`}
            >
              {t("employees.edit")}
            </Link>
            <Button
              aria-label={t(paused ? "employees.resumeName" : "employees.pauseName", { name })}
              aria-disabled={turn.isPending}
              className="aria-disabled:opacity-50"
              onClick={() => {
                if (!paused) setPausing(true);
                else if (!turn.isPending) turn.mutate();
              }}
            >
              <OneOf shown={t(paused ? "employees.resume" : "employees.pause")} others={[t("employees.pause"), t("employees.resume")]} />
            </Button>
            <Button aria-label={t("employees.dismissName", { name })} onClick={() => { setDismissing(true); }}>
              {t("employees.dismiss")}
            </Button>
          </>
        )}
      </div>
      {mayChange && <DismissDialog agent={agent} open={dismissing} onClose={() => { setDismissing(false); }} />}
      {mayChange && (
        <PauseDialog
          agent={agent}
          open={pausing}
          onClose={() => { setPausing(false); }}
          onPaused={() => { tell({ sentence: t("employees.isPaused", { name }), undo: put("active") }); }}
        />
      )}
      {turn.isError && (
        <p role="alert" className="w-full text-sm text-danger">{problemSentence(t, turn.error)}</p>
      )}
    </li>
  );
}
