/** The business's employees to talk to, those talked to last first. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { Link } from "react-router";

import { Button } from "@/components/button";
import { useRovingFocus } from "@/components/roving-focus";
import { useI18n } from "@/i18n/context";
import { usePerson } from "@/session/login-context";
import { agentsQuery, conversationsQuery } from "@/session/queries";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";
import type { Agent, Conversation } from "@/wire/frames";

import { EmployeeLink } from "./employee-link";

export function EmployeeList() {
  const { t } = useI18n();
  const { userId } = usePerson();
  const { api, tenant, at } = useWorkspace();
  const list = useRef<HTMLUListElement>(null);
  useRovingFocus(list);
  const agents = useQuery(agentsQuery(api, tenant.id));
  const conversations = useQuery(conversationsQuery(api, tenant.id));
  // The platform's own people are told of everybody's.
  const own = conversations.data?.filter(({ user_id }) => user_id === userId);
  return (
    <nav aria-label={t("chat.employees")}>
      <ul ref={list}>
        {byLastTalk(agents.data ?? [], own ?? []).map(({ agent, conversation }) => (
          <EmployeeLink key={agent.id} agent={agent} {...(conversation ? { conversation } : {})} />
        ))}
        {agents.isError && (
          <li className="space-y-3 p-3 text-sm text-soft">
            <p>{t("chat.failed")}</p>
            <Button onClick={() => void agents.refetch()}>{t("app.tryAgain")}</Button>
          </li>
        )}
        {agents.data?.length === 0 && (
          <li className="space-y-3 p-3 text-sm text-soft">
            <p>{t("app.noEmployees")}</p>
            {mayAdminister(tenant.role) ? (
              <Link to={at("employees/new")} className="text-accent underline underline-offset-2">
                {t("app.hireFirst")}
              </Link>
            ) : (
              <p>{t("chat.askToHire", { business: tenant.name })}</p>
            )}
          </li>
        )}
      </ul>
    </nav>
  );
}

interface Entry {
  agent: Agent;
  conversation: Conversation | undefined;
}

/** Conversations come newest first; employees never talked to follow by name, as they come. */
function byLastTalk(agents: readonly Agent[], conversations: readonly Conversation[]): Entry[] {
  const entries = agents.map((agent) => ({
    agent,
    conversation: conversations.find(({ agent_id }) => agent_id === agent.id),
  }));
  const rank = ({ conversation }: Entry) => (conversation ? Date.parse(conversation.updated_at) : 0);
  // Who was dismissed is there for what was said.
  const shown = entries.filter(({ agent, conversation }) => !agent.dismissed_at || conversation);
  return shown.sort((one, other) => rank(other) - rank(one));
}
