/** What the pages of a logged-in person work with: the API, their chats, the tenant in view. */
import { createContext, use } from "react";

import type { Tenant } from "@/wire/frames";

import type { Api } from "./api";
import type { ChatSessions } from "./chat-sessions";

export interface Workspace {
  readonly api: Api;
  readonly chats: ChatSessions;
  readonly tenants: readonly Tenant[];
  readonly tenant: Tenant;
  /** The address of a place in the business in view: `at("people")`. */
  readonly at: (place: string) => string;
}

/** The address of a place in a business: `/b/acme/people`. */
export function inBusiness({ slug }: Pick<Tenant, "slug">, place: string): string {
  return `/b/${slug}/${place}`;
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = use(WorkspaceContext);
  if (!workspace) throw new Error("useWorkspace needs a WorkspaceContext above it");
  return workspace;
}
