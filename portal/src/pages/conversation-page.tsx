/** Finds the person's conversation with an employee, and shows it. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { agentsQuery, conversationQuery } from "@/api/queries";
import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { useLogin } from "@/session/login-context";
import { useWorkspace } from "@/session/workspace";
import { Thread } from "@/thread/thread";

import { NoticePage } from "./notice-page";

export function ConversationPage({ agentId }: { agentId: string }) {
  const { t } = useI18n();
  const login = useLogin();
  const { api, chats, tenant } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  const conversation = useQuery(conversationQuery(api, tenant.id, agentId));
  const agent = agents.data?.find(({ id }) => id === agentId);
  const session = conversation.data && chats.of(conversation.data);

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

  if (conversation.isError || agents.isError) {
    return (
      <NoticePage>
        <p>{t("app.unreachable")}</p>
        <Button onClick={() => void Promise.all([conversation.refetch(), agents.refetch()])}>
          {t("app.tryAgain")}
        </Button>
      </NoticePage>
    );
  }
  if (agents.isSuccess && !agent) return <NoticePage>{t("line.not-found")}</NoticePage>;
  if (!conversation.data || !session || !agent) return null;
  return <Thread agent={agent} conversation={conversation.data} session={session} />;
}
