import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import type { ChatSession, ChatSnapshot } from "@/chat/chat-session";
import { useWorkspace } from "@/session/workspace";

import { followStanding } from "./standing";

const LIST_AFTER_MS = 250;

/** The conversation's snapshot. The line is held while it is looked at. */
export function useChat(session: ChatSession, agentId: string): ChatSnapshot {
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const queries = useQueryClient();
  const { tenant } = useWorkspace();
  const { lastSeq, resetSeq } = snapshot.transcript;

  useEffect(() => {
    session.start();
    return () => { session.stop(); };
  }, [session]);

  // What is said or taken away here shows in the list, asked for once when much of it comes at once.
  useEffect(() => {
    const timer = setTimeout(() => {
      void queries.invalidateQueries({ queryKey: ["conversations", tenant.id] });
    }, LIST_AFTER_MS);
    return () => { clearTimeout(timer); };
  }, [queries, tenant.id, lastSeq, resetSeq]);

  useEffect(
    () => followStanding(session, queries, { tenantId: tenant.id, agentId }),
    [session, queries, tenant.id, agentId],
  );

  return snapshot;
}
