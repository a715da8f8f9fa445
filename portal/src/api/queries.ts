/** What the pages ask the gateway for, with its keys and how long it stays fresh. */
import { queryOptions } from "@tanstack/react-query";

import type { PortalApi } from "./portal-api";

const LIST_EVERY_MS = 15_000;

export function tenantsQuery(api: PortalApi) {
  return queryOptions({ queryKey: ["tenants"], queryFn: () => api.tenants(), staleTime: 60_000 });
}

export function agentsQuery(api: PortalApi, tenantId: string) {
  return queryOptions({
    queryKey: ["agents", tenantId],
    queryFn: () => api.agents(tenantId),
    staleTime: 60_000,
  });
}

/** A socket speaks of its own conversation only, so the others are looked up now and then. */
export function conversationsQuery(api: PortalApi, tenantId: string) {
  return queryOptions({
    queryKey: ["conversations", tenantId],
    queryFn: () => api.conversations(tenantId),
    refetchInterval: LIST_EVERY_MS,
  });
}

export function conversationQuery(api: PortalApi, tenantId: string, agentId: string) {
  return queryOptions({
    queryKey: ["conversation", tenantId, agentId],
    queryFn: () => api.openConversation(tenantId, agentId),
    staleTime: Infinity,
  });
}
