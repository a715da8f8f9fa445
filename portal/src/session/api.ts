/** The REST calls of the portal, as the person who is logged in. */
import type {
  Agent,
  AgentChanges,
  AgentDetails,
  Conversation,
  Employee,
  Invitation,
  Member,
  MemberRole,
  Message,
  NewInvitation,
  Offer,
  Tenant,
} from "@/wire/frames";
import { request, type RequestOptions } from "@/wire/request";

import type { Login } from "./login";

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
    { limit, before, reason }: { limit: number; before?: string; reason?: string },
  ): Promise<Message[]> {
    const page = query({ limit: String(limit), ...(before === undefined ? {} : { before }) });
    const path = `/chat/conversations/${conversationId}/messages?${page}`;
    return this.#call(path, reason === undefined ? {} : { reason });
  }

  reset(conversationId: string): Promise<void> {
    return this.#call(`/chat/conversations/${conversationId}`, { method: "DELETE" });
  }

  agent(tenantId: string, agentId: string): Promise<AgentDetails> {
    return this.#call(`/agents/${agentId}?${query({ tenant_id: tenantId })}`);
  }

  hire(tenantId: string, employee: Employee): Promise<AgentDetails> {
    return this.#call("/agents", { method: "POST", body: { tenant_id: tenantId, ...employee } });
  }

  /** What is left out stays as it is. */
  changeAgent(tenantId: string, agentId: string, changes: AgentChanges): Promise<AgentDetails> {
    const body = { tenant_id: tenantId, ...changes };
    return this.#call(`/agents/${agentId}`, { method: "PATCH", body });
  }

  people(tenantId: string): Promise<Member[]> {
    return this.#call(`/people?${query({ tenant_id: tenantId })}`);
  }

  changeRole(tenantId: string, userId: string, role: MemberRole): Promise<Member> {
    const body = { tenant_id: tenantId, role };
    return this.#call(`/people/${userId}`, { method: "PATCH", body });
  }

  removePerson(tenantId: string, userId: string): Promise<void> {
    return this.#call(`/people/${userId}?${query({ tenant_id: tenantId })}`, { method: "DELETE" });
  }

  invitations(tenantId: string): Promise<Invitation[]> {
    return this.#call(`/invitations?${query({ tenant_id: tenantId })}`);
  }

  /** The answer alone holds the link. */
  invite(tenantId: string, email: string, role: MemberRole): Promise<NewInvitation> {
    return this.#call("/invitations", { method: "POST", body: { tenant_id: tenantId, email, role } });
  }

  revokeInvitation(tenantId: string, invitationId: string): Promise<void> {
    const path = `/invitations/${invitationId}?${query({ tenant_id: tenantId })}`;
    return this.#call(path, { method: "DELETE" });
  }

  /** Without a slug the business gets one made from its name. */
  createTenant(name: string, slug: string | null): Promise<Tenant> {
    return this.#call("/tenants", { method: "POST", body: { name, slug } });
  }

  renameTenant(tenantId: string, name: string): Promise<Tenant> {
    return this.#call(`/tenants/${tenantId}`, { method: "PATCH", body: { name } });
  }

  #call<Result>(path: string, options?: RequestOptions): Promise<Result> {
    return this.#login.call<Result>(path, options);
  }
}

/** What an invitation's link offers, for whoever holds it. */
export function lookAtInvitation(invitation: string): Promise<Offer> {
  return request(`/invitations/by-token/${encodeURIComponent(invitation)}`);
}

function query(parameters: Record<string, string>): string {
  return new URLSearchParams(parameters).toString();
}
