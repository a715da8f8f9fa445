/** An employee is dismissed, once it was said what that means; and taken back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";

import { Button, buttonClass } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Rows, Section } from "@/components/list";
import { AiMark } from "@/components/mark";
import { Name } from "@/components/name";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { fullDate } from "@/i18n/time";
import { connectionsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Agent } from "@/wire/frames";

import { dismiss, takeBack } from "./queries";

export function DismissDialog({ agent, open, onClose }: { agent: Agent; open: boolean; onClose: () => void }) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const connections = useQuery({ ...connectionsQuery(api, tenant.id), enabled: open });
  const { name } = agent;
  const theirs = (connections.data ?? []).filter(({ agent_id, state }) => agent_id === agent.id && state !== "disconnected");
  const accounts = new Intl.ListFormat(language).format(theirs.map((each) => each.name ?? each.external_key ?? each.type));
  const about = theirs.length > 0 ? ` ${t("employees.dismissAccounts", { accounts })}` : "";
  return (
    <ConfirmDialog
      title={t("employees.dismissTitle", { name })}
      lead={t("employees.dismissLead", { name }) + about}
      confirm={t("employees.dismiss")}
      open={open}
      onClose={onClose}
      action={async () => {
        await dismiss(api, tenant.id, agent.id);
        tell({ sentence: t("employees.isDismissed", { name }) });
      }}
      onDone={() => void queries.invalidateQueries({ queryKey: ["agents", tenant.id] })}
    />
  );
}

/** Who worked here before. */
export function Dismissed({ agents }: { agents: readonly Agent[] }) {
  const { t, language } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const queries = useQueryClient();
  const back = async ({ id, name }: Agent) => {
    try {
      await takeBack(api, tenant.id, id);
      tell({ sentence: t("employees.isBackPaused", { name }) });
    } catch (error) {
      tell({ sentence: problemSentence(t, error) });
    }
    await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
  };
  return (
    <Section title={t("employees.before")}>
      <Rows label={t("employees.before")}>
        {agents.map((agent) => (
          <li key={agent.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-row">
            <AiMark name={agent.name} />
            <div className="min-w-40 grow basis-0">
              <Name className="font-medium">{agent.name}</Name>
              <p className="text-sm text-soft">{t("employees.until", { date: fullDate(language, agent.dismissed_at ?? "") })}</p>
            </div>
            <div className="flex flex-wrap gap-2 max-sm:w-full">
              <Link to={at(`chat/${agent.id}`)} aria-label={t("employees.readName", { name: agent.name })} className={`${buttonClass("quiet")} inline-flex items-center`}>
                {t("employees.read")}
              </Link>
              <Button aria-label={t("employees.takeBackName", { name: agent.name })} onClick={() => void back(agent)}>
                {t("employees.takeBack")}
              </Button>
            </div>
          </li>
        ))}
      </Rows>
    </Section>
  );
}
