/** The business's employees, those talked to last first, and the person's own menu. */
import { useQuery } from "@tanstack/react-query";

import { agentsQuery, conversationsQuery } from "@/api/queries";
import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Agent, Conversation } from "@/wire/frames";

import { AccountMenu } from "./account-menu";
import { EmployeeLink } from "./employee-link";

export function Sidebar({ onChoose }: { onChoose?: () => void }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  // To the platform's own people the list shows everybody's conversations, not theirs.
  const ownList = tenant.role !== "platform_admin";
  const conversations = useQuery({ ...conversationsQuery(api, tenant.id), enabled: ownList });

  return (
    <nav aria-label={t("sidebar.title")} className="flex h-full flex-col border-e border-line bg-ground">
      <header className="flex h-16 shrink-0 items-center gap-3 px-5">
        <img src="/icon.svg" alt="" className="size-7" />
        <span className="truncate font-semibold">{tenant.name}</span>
      </header>
      <ul className="min-h-0 grow overflow-y-auto px-3 pb-3">
        {byLastTalk(agents.data ?? [], conversations.data ?? []).map(({ agent, conversation }) => (
          <EmployeeLink
            key={agent.id}
            agent={agent}
            {...(conversation ? { conversation } : {})}
            {...(onChoose ? { onChoose } : {})}
          />
        ))}
        {agents.isError && (
          <li className="space-y-3 p-3 text-sm text-soft">
            <p>{t("sidebar.failed")}</p>
            <Button onClick={() => void agents.refetch()}>{t("app.tryAgain")}</Button>
          </li>
        )}
        {agents.data?.length === 0 && <li className="p-3 text-sm text-soft">{t("sidebar.empty")}</li>}
      </ul>
      <AccountMenu />
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
  return entries.sort((one, other) => rank(other) - rank(one));
}
