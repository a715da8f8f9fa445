/** An employee as its admins see it: what it is, what is drafted, what it was. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { type Api, queryString } from "@/session/api";
import type {
  AgentDetails,
  BusinessHours,
  Difference,
  DraftChanges,
  Edited,
  Hours,
  Source,
  Versions,
} from "@/wire/frames";

/** What it is, and where its draft stands. */
export interface Employee {
  readonly agent: AgentDetails;
  readonly edited: Edited;
}

/** Asked again at the news that somebody edited: its key begins as the list's of all employees. */
export function employeeQuery(api: Api, tenantId: string, agentId: string) {
  return queryOptions({
    queryKey: ["agents", tenantId, "one", agentId],
    queryFn: async (): Promise<Employee> => {
      const [agent, edited] = await Promise.all([
        api.call<AgentDetails>(`/agents/${agentId}?${queryString({ tenant_id: tenantId })}`),
        api.call<Edited>(`${path(tenantId, agentId)}/edited`),
      ]);
      return { agent, edited };
    },
  });
}

export function saveDraft(api: Api, tenantId: string, agentId: string, changes: DraftChanges): Promise<Edited> {
  return api.call(`${path(tenantId, agentId)}/draft`, { method: "PUT", body: changes });
}

export function dropDraft(api: Api, tenantId: string, agentId: string, revision: number): Promise<void> {
  return api.call(`${path(tenantId, agentId)}/draft?${queryString({ revision: String(revision) })}`, { method: "DELETE" });
}

interface Publish {
  readonly revision: number;
  readonly note?: string;
}

export function publishDraft(api: Api, tenantId: string, agentId: string, how: Publish): Promise<AgentDetails> {
  return api.call(`${path(tenantId, agentId)}/draft/publish`, { method: "POST", body: how });
}

/** Newest first, page by page. */
export function versionsQuery(api: Api, tenantId: string, agentId: string) {
  return infiniteQueryOptions({
    queryKey: ["agents", tenantId, "versions", agentId],
    queryFn: ({ pageParam }) => {
      const before = pageParam === null ? "" : `&before=${String(pageParam)}`;
      return api.call<Versions>(`${path(tenantId, agentId)}/versions?limit=30${before}`);
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });
}

/** What is otherwise now than in version `n`. */
export function differencesQuery(api: Api, tenantId: string, agentId: string, n: number, now: number) {
  return queryOptions({
    queryKey: ["difference", tenantId, agentId, n, now],
    queryFn: () =>
      api.call<Difference[]>(`${path(tenantId, agentId)}/versions/${String(now)}/diff?against=${String(n)}`),
  });
}

export function goBack(api: Api, tenantId: string, agentId: string, n: number, revision: number): Promise<AgentDetails> {
  return api.call(`${path(tenantId, agentId)}/versions/${String(n)}/restore`, { method: "POST", body: { revision } });
}

/** All that the business knows, newest first; of many the newest. */
export function sourcesQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["knowledge", tenantId, "readers"],
    queryFn: async () => (await api.call<{ items: Source[] }>(`/tenants/${tenantId}/knowledge/sources?limit=200`)).items,
  });
}

export function giveToRead(api: Api, tenantId: string, { id, revision }: Source, agentIds: readonly string[]): Promise<Source> {
  return api.call(`/tenants/${tenantId}/knowledge/sources/${id}`, { method: "PATCH", body: { revision, agent_ids: agentIds } });
}

export function businessHoursQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["hours", tenantId],
    queryFn: () => api.call<BusinessHours>(`/tenants/${tenantId}/hours`),
  });
}

export function setBusinessHours(api: Api, tenantId: string, hours: Hours, revision: number): Promise<BusinessHours> {
  return api.call(`/tenants/${tenantId}/hours`, { method: "PUT", body: { hours, revision } });
}

function path(tenantId: string, agentId: string): string {
  return `/tenants/${tenantId}/agents/${agentId}`;
}
