/** The REST calls of the portal, as the person who is logged in. */
import type { Login } from "@/session/login";
import type { Agent, Conversation, Message, Tenant } from "@/wire/frames";

import { Refused } from "./errors";
import { request, type RequestOptions } from "./request";

export class PortalApi {
  readonly #login: Login;

  constructor(login: Login) {
    this.#login = login;
  }

  tenants(): Promise<Tenant[]> {
    return this.#call("/tenants");
  }

  agents(tenantId: string): Promise<Agent[]> {
    return this.#call(`/agents?${query({ tenant_id: tenantId })}`);
  }

  conversations(tenantId: string): Promise<Conversation[]> {
    return this.#call(`/chat/conversations?${query({ tenant_id: tenantId })}`);
  }

  /** The person's one conversation with an agent, made if there is none. */
  openConversation(tenantId: string, agentId: string): Promise<Conversation> {
    const body = { tenant_id: tenantId, agent_id: agentId };
    return this.#call("/chat/conversations", { method: "POST", body });
  }

  messages(
    conversationId: string,
    { limit, before }: { limit: number; before?: string },
  ): Promise<Message[]> {
    const page = query({ limit: String(limit), ...(before === undefined ? {} : { before }) });
    return this.#call(`/chat/conversations/${conversationId}/messages?${page}`);
  }

  reset(conversationId: string): Promise<void> {
    return this.#call(`/chat/conversations/${conversationId}`, { method: "DELETE" });
  }

  async #call<Result>(path: string, options: RequestOptions = {}): Promise<Result> {
    const { token } = await this.#login.accessToken({ renew: false });
    try {
      return await request<Result>(path, { ...options, token });
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
    }
    const renewed = await this.#login.accessToken({ renew: true });
    return request<Result>(path, { ...options, token: renewed.token });
  }
}

function query(parameters: Record<string, string>): string {
  return new URLSearchParams(parameters).toString();
}
