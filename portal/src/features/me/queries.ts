import { queryOptions } from "@tanstack/react-query";

import type { Api } from "@/session/api";
import type { OwnSession } from "@/wire/frames";

/** The log-ins that have not ended, the last used first. */
export function sessionsQuery(api: Api) {
  return queryOptions({ queryKey: ["sessions"], queryFn: () => api.call<OwnSession[]>("/me/sessions") });
}

export function changeName(api: Api, name: string): Promise<void> {
  return api.call("/me", { method: "PATCH", body: { display_name: name } });
}

/** All other log-ins end with it. */
export function changePassword(api: Api, old: string, fresh: string): Promise<void> {
  return api.call("/me/password", { method: "POST", body: { old_password: old, new_password: fresh } });
}

export function endSession(api: Api, sessionId: string): Promise<void> {
  return api.call(`/me/sessions/${sessionId}`, { method: "DELETE" });
}

export function endOtherSessions(api: Api): Promise<void> {
  return api.call("/me/sessions", { method: "DELETE" });
}
