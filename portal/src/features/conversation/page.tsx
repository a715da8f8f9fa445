/** Finds the person's conversation with an employee, and shows it. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { FailedPage } from "@/components/failed-page";
import { isNotHere, NotHere } from "@/features/employees";
import { useLogin } from "@/session/login-context";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";

import { conversationQuery } from "./queries";
import { Thread } from "./thread";

interface ConversationPageProps {
  agentId: string;
  /** Beside a page, which has the title; else it is the page. */
  pane?: boolean;
}

export function ConversationPage({ agentId, pane = false }: ConversationPageProps) {
  const login = useLogin();
  const { api, chats, tenant } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  const conversation = useQuery(conversationQuery(api, tenant.id, agentId));
  const agent = agents.data?.find(({ id }) => id === agentId);
  const session = conversation.data && chats.of(conversation.data);

  // Who was hired a moment ago may have a conversation before this list knows them.
  const unlisted = conversation.data && agents.isSuccess && !agent;
  const { refetch: listAgain } = agents;
  useEffect(() => {
    if (unlisted) void listAgain();
  }, [unlisted, listAgain]);

  // A line that is closed to this role may be open to the one the person has now.
  useEffect(() => {
    if (!session) return;
    let asked = false;
    return session.subscribe(() => {
      if (asked || session.getSnapshot().line !== "forbidden") return;
      asked = true;
      login.accessToken({ renew: true }).catch(() => null);
    });
  }, [session, login]);

  if (isNotHere(conversation.error)) return <NotHere agentId={agentId} />;
  const failed = [conversation, agents].find(({ isError, data }) => isError && !data);
  if (failed) {
    const again = () => void Promise.all([conversation.refetch(), agents.refetch()]);
    return <FailedPage error={failed.error} onRetry={again} />;
  }
  if (!conversation.data || !session || !agent) return null;
  return <Thread agent={agent} conversation={conversation.data} session={session} pane={pane} />;
}
