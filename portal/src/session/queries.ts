/** What several features look at: the gateway's lists, with their keys and how long they stay fresh. */
import { queryOptions } from "@tanstack/react-query";

import type { Agent, Connection, Conversation, Limits, Message, Tenant } from "@/wire/frames";

import { type Api, queryString } from "./api";

export function tenantsQuery(api: Api) {
  return queryOptions({
    queryKey: ["tenants"],
    queryFn: () => api.call<Tenant[]>("/tenants"),
    staleTime: 60_000,
  });
}

/** Others hire, change, pause and resume them meanwhile: `news.ts` hears of it. */
export function agentsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["agents", tenantId],
    queryFn: () => api.call<Agent[]>(`/agents?${queryString({ tenant_id: tenantId })}`),
    staleTime: 60_000,
  });
}

/** Those who work here. Who was dismissed is among the others still, for what was said with them. */
export function workingQuery(api: Api, tenantId: string) {
  return { ...agentsQuery(api, tenantId), select: atWork };
}

function atWork(agents: Agent[]): Agent[] {
  return agents.filter(({ dismissed_at }) => !dismissed_at);
}

/** The person's own; the platform's people see everybody's. */
export function conversationsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["conversations", tenantId],
    queryFn: () => api.call<Conversation[]>(`/chat/conversations?${queryString({ tenant_id: tenantId })}`),
  });
}

/** What the business may use, and what of it it has used today. */
export function limitsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["limits", tenantId],
    queryFn: () => api.call<Limits>(`/tenants/${tenantId}/limits`),
  });
}

/** The business's accounts on channels, and how each is. */
export function connectionsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["channels", tenantId],
    queryFn: async () => (await api.call<{ items: Connection[] }>(`/tenants/${tenantId}/channels`)).items,
  });
}

interface HistoryPage {
  readonly limit: number;
  readonly before?: string;
  /** Why somebody else's conversation is read. */
  readonly reason?: string;
}

/** In ascending order; the newest, or those before one. */
export function messages(api: Api, conversationId: string, { limit, before, reason }: HistoryPage): Promise<Message[]> {
  const page = queryString({ limit: String(limit), ...(before === undefined ? {} : { before }) });
  const path = `/chat/conversations/${conversationId}/messages?${page}`;
  return api.call(path, reason === undefined ? {} : { reason });
}
