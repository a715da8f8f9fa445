import { queryOptions } from "@tanstack/react-query";

import type { Api } from "@/session/api";
import type { Conversation, Trace } from "@/wire/frames";

/** The person's one conversation with an employee, made if there is none. */
export function conversationQuery(api: Api, tenantId: string, agentId: string) {
  const body = { tenant_id: tenantId, agent_id: agentId };
  return queryOptions({
    queryKey: ["conversation", tenantId, agentId],
    queryFn: () => api.call<Conversation>("/chat/conversations", { method: "POST", body }),
    staleTime: Infinity,
  });
}

/** Its messages are deleted for good. */
export function startOver(api: Api, conversationId: string): Promise<void> {
  return api.call(`/chat/conversations/${conversationId}`, { method: "DELETE" });
}

/** How one answer came about; it does not change any more. */
export function traceQuery(api: Api, tenantId: string, messageId: string) {
  return queryOptions({
    queryKey: ["trace", tenantId, messageId],
    queryFn: () => api.call<Trace>(`/tenants/${tenantId}/messages/${messageId}/trace`),
    staleTime: Infinity,
  });
}
