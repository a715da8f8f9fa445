import { queryOptions } from "@tanstack/react-query";

import type { Api } from "@/session/api";
import type { AttentionItem, Channel } from "@/wire/frames";

/** What waits for a person of the business, the oldest first. */
export function attentionQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["attention", tenantId],
    queryFn: () => api.call<AttentionItem[]>(`/tenants/${tenantId}/attention`),
  });
}

/** The business's accounts on channels, and how each is. */
export function channelsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["channels", tenantId],
    queryFn: async () => (await api.call<{ items: Channel[] }>(`/tenants/${tenantId}/channels`)).items,
  });
}
