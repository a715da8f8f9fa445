import { queryOptions } from "@tanstack/react-query";

import { type Api, queryString } from "@/session/api";
import { Refused } from "@/wire/errors";
import type { AgentChanges, AgentDetails, ByTemplate, Employee, Template, Tenant } from "@/wire/frames";

/** Nobody belongs to so many businesses; the platform's own people see all there are. */
const LOOKED_AT = 20;

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

/** Those that come along, in the person's language. */
export function templatesQuery(api: Api, tenantId: string, locale: string) {
  return queryOptions({
    queryKey: ["templates", tenantId, locale],
    queryFn: async () =>
      (await api.call<{ items: Template[] }>(`/tenants/${tenantId}/templates?${queryString({ locale })}`)).items,
    staleTime: Infinity,
  });
}

export function hireByTemplate(api: Api, tenantId: string, by: Partial<ByTemplate>): Promise<AgentDetails> {
  return api.call(`/tenants/${tenantId}/templates/hire`, { method: "POST", body: by });
}

/** What is left out stays as it is. */
export function changeAgent(api: Api, tenantId: string, agentId: string, changes: AgentChanges): Promise<AgentDetails> {
  return api.call(`/agents/${agentId}`, { method: "PATCH", body: { tenant_id: tenantId, ...changes } });
}

export function dismiss(api: Api, tenantId: string, agentId: string): Promise<AgentDetails> {
  return api.call(`/tenants/${tenantId}/agents/${agentId}/dismissal`, { method: "POST" });
}

/** Paused at first. */
export function takeBack(api: Api, tenantId: string, agentId: string): Promise<AgentDetails> {
  return api.call(`/tenants/${tenantId}/agents/${agentId}/dismissal`, { method: "DELETE" });
}

function agent(api: Api, tenantId: string, agentId: string): Promise<AgentDetails> {
  return api.call(`/agents/${agentId}?${queryString({ tenant_id: tenantId })}`);
}
