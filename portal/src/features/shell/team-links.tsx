/** The ways to the pages on which the business is run; nobody sees one that is not theirs. */
import type { ComponentProps } from "react";
import { NavLink } from "react-router";

import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";
import type { MessageKey } from "@/i18n/en";
import { mayAdminister, mayRunPlatform } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";
import type { Tenant } from "@/wire/frames";

interface TeamLink {
  readonly to: string;
  readonly name: MessageKey;
  readonly icon: ComponentProps<typeof Icon>["name"];
  readonly isFor: (role: Tenant["role"]) => boolean;
}

const LINKS: readonly TeamLink[] = [
  { to: "/team/employees", name: "employees.title", icon: "person", isFor: () => true },
  { to: "/team/people", name: "people.title", icon: "people", isFor: mayAdminister },
  { to: "/team/conversations", name: "conversations.title", icon: "chat", isFor: mayRunPlatform },
  { to: "/businesses", name: "businesses.title", icon: "business", isFor: mayRunPlatform },
];

export function TeamLinks({ onChoose }: { onChoose?: () => void }) {
  const { t } = useI18n();
  const { tenant } = useWorkspace();
  return (
    <ul aria-label={t("shell.manage")} className="shrink-0 border-t border-line p-3">
      {LINKS.filter(({ isFor }) => isFor(tenant.role)).map(({ to, name, icon }) => (
        <li key={to}>
          <NavLink
            to={to}
            onClick={onChoose}
            className={({ isActive }) =>
              `in-view flex min-h-10 items-center gap-3 rounded-xl px-3 text-sm transition-colors hover:bg-hover ${isActive ? "bg-hover font-medium" : ""}`
            }
          >
            <Icon name={icon} className="size-5 text-soft" />
            {t(name)}
          </NavLink>
        </li>
      ))}
    </ul>
  );
}
