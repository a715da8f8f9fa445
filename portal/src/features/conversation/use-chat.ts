import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import type { ChatSession, ChatSnapshot } from "@/chat/chat-session";
import { useWorkspace } from "@/session/workspace";

import { followStanding } from "./standing";

/** The conversation's snapshot. The line is held while it is looked at. */
export function useChat(session: ChatSession, agentId: string): ChatSnapshot {
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const queries = useQueryClient();
  const { tenant } = useWorkspace();

  useEffect(() => {
    session.start();
    return () => { session.stop(); };
  }, [session]);

  useEffect(
    () => followStanding(session, queries, { tenantId: tenant.id, agentId }),
    [session, queries, tenant.id, agentId],
  );

  return snapshot;
}
