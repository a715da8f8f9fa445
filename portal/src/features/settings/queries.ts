import { queryOptions } from "@tanstack/react-query";

import type { Api } from "@/session/api";
import type { Limits } from "@/wire/frames";

/** What the business may use, and what of it it has used today. */
export function limitsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["limits", tenantId],
    queryFn: () => api.call<Limits>(`/tenants/${tenantId}/limits`),
  });
}
