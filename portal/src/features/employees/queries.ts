import { queryOptions } from "@tanstack/react-query";

import { type Api, queryString } from "@/session/api";
import { Refused } from "@/wire/errors";
import type { AgentChanges, AgentDetails, Employee, Tenant } from "@/wire/frames";

/** Nobody belongs to so many businesses; the platform's own people see all there are. */
const LOOKED_AT = 20;

/** Looked up anew for each form that begins with it, and never changed under one. */
export function agentQuery(api: Api, tenantId: string, agentId: string) {
  return queryOptions({
    queryKey: ["agent", tenantId, agentId],
    queryFn: () => agent(api, tenantId, agentId),
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** In which of these businesses the employee works; `null` if in none of them. */
export function workplaceQuery(api: Api, tenants: readonly Tenant[], agentId: string) {
  const worksIn = async (tenant: Tenant) => {
    try {
      await agent(api, tenant.id, agentId);
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

export function hire(api: Api, tenantId: string, employee: Employee): Promise<AgentDetails> {
  return api.call("/agents", { method: "POST", body: { tenant_id: tenantId, ...employee } });
}

/** What is left out stays as it is. */
export function changeAgent(api: Api, tenantId: string, agentId: string, changes: AgentChanges): Promise<AgentDetails> {
  return api.call(`/agents/${agentId}`, { method: "PATCH", body: { tenant_id: tenantId, ...changes } });
}

function agent(api: Api, tenantId: string, agentId: string): Promise<AgentDetails> {
  return api.call(`/agents/${agentId}?${queryString({ tenant_id: tenantId })}`);
}
