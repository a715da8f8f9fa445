/** The first run: give something to read, meet who answers from it, try them. Each step has its
 * address and can be left; nothing of it is kept but what it makes. For the business's admins. */
import type { ReactNode } from "react";
import { Link, Navigate, NavLink, useParams } from "react-router";

import { buttonClass } from "@/components/button";
import { Page } from "@/features/shell";
import type { MessageKey } from "@/i18n/en";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { EmployeeStep } from "./employee-step";
import { TeachStep } from "./teach-step";
import { TryStep } from "./try-step";

const STEPS: Record<string, { name: MessageKey; page: () => ReactNode }> = {
  teach: { name: "setup.teach", page: TeachStep },
  employee: { name: "setup.employee", page: EmployeeStep },
  try: { name: "setup.try", page: TryStep },
};

export default function SetupPage() {
  const { t } = useI18n();
  const { at } = useWorkspace();
  const { step = "" } = useParams();
  const Step = STEPS[step]?.page;
  if (!Step) return <Navigate replace to={at("set-up/teach")} />;
  const skip = <Link to={at("home")} className={`${buttonClass("quiet")} inline-flex shrink-0 items-center`}>{t("setup.skip")}</Link>;
  return (
    <Page title={t("setup.title")} actions={skip}>
      <nav aria-label={t("setup.steps")} className="mb-6">
        <ol className="flex flex-wrap gap-x-4 gap-y-1 border-b border-line">
          {Object.entries(STEPS).map(([to, { name }], n) => (
            <li key={to}>
              <NavLink
                to={at(`set-up/${to}`)}
                aria-current={to === step ? "step" : undefined}
                className="-mb-px inline-flex min-h-10 items-center gap-2 border-b-2 border-transparent text-sm text-soft hover:text-ink aria-[current=step]:border-accent aria-[current=step]:font-medium aria-[current=step]:text-ink"
              >
                {n + 1}. {t(name)}
              </NavLink>
            </li>
          ))}
        </ol>
      </nav>
      <Step key={step} />
    </Page>
  );
}
