/** What every line to the gateway needs: where it is, and who speaks. */
import type { Credentials } from "@/chat/connection";

import type { Login } from "./login";

export function socketUrl(path: string): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/chat/${path}`;
}

export function credentialsOf(login: Login, tenantId: string) {
  return async (options: { renew: boolean }): Promise<Credentials> => {
    const { person, token, renewAt } = await login.accessToken(options);
    return { userId: person.userId, role: person.role, tenantId, token, renewAt };
  };
}
