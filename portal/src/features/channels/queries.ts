import { queryOptions } from "@tanstack/react-query";

import { type Api, queryString } from "@/session/api";
import type { ChannelKind, Connection, Deliveries, SlackManifest } from "@/wire/frames";

/** Somebody looks at the page and waits for their own message. */
const PROOF_EVERY_MS = 1_500;
/** What was heard and what waits is no news: it is counted with each message. */
const COUNTS_EVERY_MS = 15_000;

const path = (tenantId: string, ...parts: string[]) => ["/tenants", tenantId, "channels", ...parts].join("/");

export function kindsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["channel-kinds", tenantId],
    queryFn: () => api.call<ChannelKind[]>(path(tenantId, "kinds")),
    staleTime: Infinity,
  });
}

export function connectionQuery(api: Api, tenantId: string, id: string, { closely = false } = {}) {
  return queryOptions({
    queryKey: ["channels", tenantId, id],
    queryFn: () => api.call<Connection>(path(tenantId, id)),
    refetchInterval: closely ? PROOF_EVERY_MS : COUNTS_EVERY_MS,
  });
}

export function deadQuery(api: Api, tenantId: string, id: string) {
  return queryOptions({
    queryKey: ["channels", tenantId, id, "dead"],
    queryFn: async () => {
      const of = (state: string) =>
        api.call<Deliveries>(`${path(tenantId, id, "deliveries")}?${queryString({ state })}`);
      const [dead, unsure] = await Promise.all([of("dead"), of("unsure")]);
      return [...dead.items, ...unsure.items].sort((one, other) => other.created_at.localeCompare(one.created_at));
    },
  });
}

export function manifestQuery(api: Api, tenantId: string, name: string, more: Record<string, string>) {
  const asked = queryString({ name, ...more });
  return queryOptions({
    queryKey: ["slack-manifest", tenantId, asked],
    queryFn: () => api.call<SlackManifest>(`${path(tenantId, "kinds", "slack", "manifest")}?${asked}`),
    staleTime: Infinity,
  });
}

export interface ToConnect {
  readonly type: string;
  readonly agentId: string;
  readonly given: Record<string, string>;
}

export function connect(api: Api, tenantId: string, { type, agentId, given }: ToConnect): Promise<Connection> {
  return api.call(path(tenantId), { method: "POST", body: { type, agent_id: agentId, given } });
}

export function change(api: Api, tenantId: string, id: string, changes: { agent_id?: string; store_unaddressed?: boolean; given?: Record<string, string> }): Promise<Connection> {
  return api.call(path(tenantId, id), { method: "PATCH", body: changes });
}

export function check(api: Api, tenantId: string, id: string): Promise<Connection> {
  return api.call(path(tenantId, id, "check"), { method: "POST" });
}

export function disconnect(api: Api, tenantId: string, id: string): Promise<Connection> {
  return api.call(path(tenantId, id), { method: "DELETE" });
}

export function replay(api: Api, tenantId: string, id: string, deliveryId: string): Promise<{ parts: number }> {
  return api.call(path(tenantId, id, "deliveries", deliveryId, "replay"), { method: "POST" });
}
