/** The places of the portal, in the order of the rail; nobody sees one that is not theirs. */
import type { ComponentProps } from "react";

import type { Icon } from "@/components/icons";
import type { MessageKey } from "@/i18n/en";
import { mayAdminister, mayRunPlatform } from "@/session/rights";
import type { Tenant } from "@/wire/frames";

export interface Place {
  /** Within the business; with a slash before it, beside all businesses. */
  readonly to: string;
  /** After `g`, it leads there. */
  readonly key: string;
  readonly name: MessageKey;
  readonly icon: ComponentProps<typeof Icon>["name"];
  readonly isFor: (role: Tenant["role"]) => boolean;
}

const everybody = () => true;

/** Where the work is done. */
export const WORK: readonly Place[] = [
  { to: "home", key: "h", name: "home.title", icon: "home", isFor: everybody },
  { to: "chat", key: "c", name: "chat.title", icon: "chat", isFor: everybody },
  { to: "employees", key: "e", name: "employees.title", icon: "employee", isFor: everybody },
  { to: "knowledge", key: "k", name: "knowledge.title", icon: "knowledge", isFor: everybody },
  { to: "channels", key: "n", name: "channels.title", icon: "channels", isFor: mayAdminister },
];

/** Where the business is run. */
export const RUN: readonly Place[] = [
  { to: "people", key: "p", name: "people.title", icon: "people", isFor: mayAdminister },
  { to: "settings", key: "s", name: "settings.title", icon: "settings", isFor: mayAdminister },
];

export const PLATFORM: readonly Place[] = [
  { to: "conversations", key: "a", name: "conversations.title", icon: "conversations", isFor: mayRunPlatform },
  { to: "/platform/businesses", key: "b", name: "businesses.title", icon: "business", isFor: mayRunPlatform },
];

export const PLACES: readonly (readonly Place[])[] = [WORK, RUN, PLATFORM];

export function addressOf({ to }: Place, at: (place: string) => string): string {
  return to.startsWith("/") ? to : at(to);
}
