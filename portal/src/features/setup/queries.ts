import { queryOptions } from "@tanstack/react-query";

import { type Api, queryString } from "@/session/api";
import type { AgentDetails, DraftedEmployee, Source, Template, TriedAll } from "@/wire/frames";

/** Somebody looks on while it is read. */
const WHILE_READ_MS = 1_000;
const DONE = ["indexed", "failed"];

/** All that the business gave to read; of many the newest. */
export function givenQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["knowledge", tenantId, "given"],
    queryFn: async () => (await api.call<{ items: Source[] }>(`/tenants/${tenantId}/knowledge/sources?limit=200`)).items,
    refetchInterval: ({ state }) => (state.data?.some(isBeingRead) ? WHILE_READ_MS : false),
  });
}

export function isBeingRead({ state }: Pick<Source, "state">): boolean {
  return !DONE.includes(state);
}

export function rolesQuery(api: Api, tenantId: string, locale: string) {
  return queryOptions({
    queryKey: ["templates", tenantId, locale],
    queryFn: async () =>
      (await api.call<{ items: Template[] }>(`/tenants/${tenantId}/templates?${queryString({ locale })}`)).items,
    staleTime: Infinity,
  });
}

/** Asked once, so that what is changed in it is not drafted over. */
export function draftQuery(api: Api, tenantId: string, template: string, locale: string) {
  return queryOptions({
    queryKey: ["setup", tenantId, "draft", template, locale],
    queryFn: () => api.call<DraftedEmployee>(path(tenantId, "draft"), { method: "POST", body: { template, locale } }),
    staleTime: Infinity,
    gcTime: 0,
  });
}

export function hireDrafted(api: Api, tenantId: string, draft: DraftedEmployee, company: string): Promise<AgentDetails> {
  return api.call(path(tenantId, "employee"), { method: "POST", body: { ...draft, company } });
}

/** With the questions the employee has; asked again while something is being learnt. */
export function triedQuery(api: Api, tenantId: string, agentId: string, learning: boolean) {
  return queryOptions({
    queryKey: ["setup", tenantId, "tried", agentId],
    queryFn: () => api.call<TriedAll>(path(tenantId, "try"), { method: "POST", body: { agent_id: agentId } }),
    refetchInterval: learning ? WHILE_READ_MS : false,
  });
}

export function teach(api: Api, tenantId: string, agentId: string, question: string, answer: string): Promise<Source> {
  const body = { question, answer, agent_ids: [agentId] };
  return api.call(`/tenants/${tenantId}/knowledge/answers`, { method: "POST", body });
}

function path(tenantId: string, act: string): string {
  return `/tenants/${tenantId}/setup/${act}`;
}
