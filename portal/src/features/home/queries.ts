import { queryOptions } from "@tanstack/react-query";

import type { Api } from "@/session/api";
import type { AttentionItem } from "@/wire/frames";

/** What waits for a person of the business, the oldest first. */
export function attentionQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["attention", tenantId],
    queryFn: () => api.call<AttentionItem[]>(`/tenants/${tenantId}/attention`),
  });
}
