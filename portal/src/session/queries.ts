/** What the pages ask the gateway for, with its keys and how long it stays fresh. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { Refused } from "@/wire/errors";
import type { Tenant } from "@/wire/frames";

import { lookAtInvitation, type PortalApi } from "./api";

const LIST_EVERY_MS = 15_000;
const PAGE = 50;
/** Nobody belongs to so many businesses; the platform's own people see all there are. */
const LOOKED_AT = 20;

export function tenantsQuery(api: PortalApi) {
  return queryOptions({ queryKey: ["tenants"], queryFn: () => api.tenants(), staleTime: 60_000 });
}

/** Others hire, change, pause and resume them meanwhile. */
export function agentsQuery(api: PortalApi, tenantId: string) {
  return queryOptions({
    queryKey: ["agents", tenantId],
    queryFn: () => api.agents(tenantId),
    staleTime: 60_000,
    refetchInterval: LIST_EVERY_MS,
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

/** Looked up anew for each form that begins with it, and never changed under one. */
export function agentQuery(api: PortalApi, tenantId: string, agentId: string) {
  return queryOptions({
    queryKey: ["agent", tenantId, agentId],
    queryFn: () => api.agent(tenantId, agentId),
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** In which of these businesses the employee works; `null` if in none of them. */
export function workplaceQuery(api: PortalApi, tenants: readonly Tenant[], agentId: string) {
  const worksIn = async (tenant: Tenant) => {
    try {
      await api.agent(tenant.id, agentId);
      return [tenant];
    } catch (error) {
      if (error instanceof Refused) return [];
      throw error;
    }
  };
  return queryOptions({
    queryKey: ["workplace", agentId, tenants.map(({ id }) => id)],
    queryFn: async () => {
      const found = await Promise.all(tenants.slice(0, LOOKED_AT).map(worksIn));
      return found.flat()[0] ?? null;
    },
  });
}

/** Others invite, join and leave meanwhile. */
export function peopleQuery(api: PortalApi, tenantId: string) {
  return queryOptions({
    queryKey: ["people", tenantId],
    queryFn: () => api.people(tenantId),
    refetchInterval: LIST_EVERY_MS,
  });
}

export function invitationsQuery(api: PortalApi, tenantId: string) {
  return queryOptions({
    queryKey: ["invitations", tenantId],
    queryFn: () => api.invitations(tenantId),
    refetchInterval: LIST_EVERY_MS,
  });
}

/** What an invitation's link offers. It is asked for once: a link that fails is not tried again. */
export function offerQuery(invitation: string) {
  return queryOptions({
    queryKey: ["offer", invitation],
    queryFn: () => lookAtInvitation(invitation),
    staleTime: Infinity,
  });
}

/** Pages of history, the newest first, each in ascending order. `reason` goes along with each. */
export function watchQuery(api: PortalApi, conversationId: string, reason: string) {
  return infiniteQueryOptions({
    queryKey: ["watch", conversationId, reason],
    queryFn: ({ pageParam: before }) =>
      api.messages(conversationId, { limit: PAGE, reason, ...(before === null ? {} : { before }) }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page[0]?.id),
    refetchInterval: LIST_EVERY_MS,
  });
}
