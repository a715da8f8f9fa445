import { queryOptions } from "@tanstack/react-query";

import type { Api } from "@/session/api";
import type { LocalServer, ModelChoice, ModelKey, ModelKeys, ModelProvider } from "@/wire/frames";

const path = (tenantId: string, ...parts: string[]) => ["/tenants", tenantId, "llm-keys", ...parts].join("/");

export function keysQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["llm-keys", tenantId],
    queryFn: () => api.call<ModelKeys>(path(tenantId)),
  });
}

export function providersQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["llm-providers", tenantId],
    queryFn: () => api.call<ModelProvider[]>(path(tenantId, "providers")),
    staleTime: Infinity,
  });
}

export interface NewKey {
  readonly given: string;
  readonly key?: string;
  readonly provider?: string;
}

/** Comes back once a worker has tried it. */
export function addKey(api: Api, tenantId: string, key: NewKey): Promise<ModelKey> {
  return api.call(path(tenantId), { method: "POST", body: key });
}

export interface KeyChanges {
  readonly revision: number;
  readonly name?: string;
  readonly model?: string;
  readonly given?: string;
}

export function changeKey(api: Api, tenantId: string, id: string, changes: KeyChanges): Promise<ModelKey> {
  return api.call(path(tenantId, id), { method: "PATCH", body: changes });
}

export function testKey(api: Api, tenantId: string, id: string): Promise<ModelKey> {
  return api.call(path(tenantId, id, "test"), { method: "POST" });
}

export function removeKey(api: Api, tenantId: string, id: string): Promise<void> {
  return api.call(path(tenantId, id), { method: "DELETE" });
}

export function choose(api: Api, tenantId: string, choice: Omit<ModelChoice, "installation_granted">): Promise<ModelChoice> {
  return api.call(path(tenantId, "choice"), { method: "PATCH", body: choice });
}

export function chooseForEmployee(api: Api, tenantId: string, agentId: string, keyId: string | null): Promise<void> {
  return api.call(path(tenantId, "employees", agentId), { method: "PATCH", body: { key_id: keyId } });
}

export async function localServers(api: Api, tenantId: string): Promise<LocalServer[]> {
  return (await api.call<{ items: LocalServer[] }>(path(tenantId, "local"))).items;
}

export function addLocal(api: Api, tenantId: string, server: string): Promise<ModelKey> {
  return api.call(path(tenantId, "local"), { method: "POST", body: { server } });
}
