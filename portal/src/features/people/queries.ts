import { queryOptions } from "@tanstack/react-query";

import { type Api, queryString } from "@/session/api";
import type { Member, MemberRole, ResetLink } from "@/wire/frames";

export function peopleQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["people", tenantId],
    queryFn: () => api.call<Member[]>(`/people?${queryString({ tenant_id: tenantId })}`),
  });
}

export function changeRole(api: Api, tenantId: string, userId: string, role: MemberRole): Promise<Member> {
  return api.call(`/people/${userId}`, { method: "PATCH", body: { tenant_id: tenantId, role } });
}

export function removePerson(api: Api, tenantId: string, userId: string): Promise<void> {
  return api.call(`/people/${userId}?${queryString({ tenant_id: tenantId })}`, { method: "DELETE" });
}

/** With it, the person sets a new password, once. */
export function makeResetLink(api: Api, tenantId: string, userId: string): Promise<ResetLink> {
  return api.call(`/tenants/${tenantId}/people/${userId}/password-reset`, { method: "POST" });
}
