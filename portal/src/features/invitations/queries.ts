import { queryOptions } from "@tanstack/react-query";

import { type Api, queryString } from "@/session/api";
import type { Invitation, MemberRole, NewInvitation, Offer } from "@/wire/frames";
import { request } from "@/wire/request";

export function invitationsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["invitations", tenantId],
    queryFn: () => api.call<Invitation[]>(`/invitations?${queryString({ tenant_id: tenantId })}`),
  });
}

/** The answer alone holds the link. */
export function invite(api: Api, tenantId: string, email: string, role: MemberRole): Promise<NewInvitation> {
  return api.call("/invitations", { method: "POST", body: { tenant_id: tenantId, email, role } });
}

export function revoke(api: Api, tenantId: string, invitationId: string): Promise<void> {
  return api.call(`/invitations/${invitationId}?${queryString({ tenant_id: tenantId })}`, { method: "DELETE" });
}

/**
 * What an invitation's link offers, for whoever holds it. It is asked for once: a link that fails
 * is not tried again.
 */
export function offerQuery(invitation: string) {
  return queryOptions({
    queryKey: ["offer", invitation],
    queryFn: () => request<Offer>(`/invitations/by-token/${encodeURIComponent(invitation)}`),
    staleTime: Infinity,
  });
}
