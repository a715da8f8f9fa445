/** The kinds of knowledge, each at an address of its own. */
import { NavLink } from "react-router";

import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

const VIEWS = ["sources", "answers", "gaps"] as const;

export function Views() {
  const { t } = useI18n();
  const { at } = useWorkspace();
  return (
    <nav aria-label={t("knowledge.views")} className="mb-6 border-b border-line">
      <ul className="flex flex-wrap gap-1">
        {VIEWS.map((view) => (
          <li key={view}>
            <NavLink
              to={at(`knowledge/${view}`)}
              className={({ isActive }) =>
                `-mb-px flex min-h-10 items-center border-b-2 px-3 text-sm ${isActive ? "border-accent font-medium text-ink" : "border-transparent text-soft hover:text-ink"}`
              }
            >
              {t(`knowledge.${view}`)}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
