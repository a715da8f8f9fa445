/** An employee's home: who they are, what they know, where and when they answer, what they were; and
 * beside it, the talk in which one tries them. Each part has its address. For the business's admins. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { NavLink, useParams } from "react-router";

import { LoadFailed } from "@/components/load-failed";
import { FormSkeleton } from "@/components/skeleton";
import { isNotHere, NotHere } from "@/features/employees";
import { Page } from "@/features/shell";
import type { MessageKey } from "@/i18n/en";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { ChannelsTab } from "./channels-tab";
import { HoursTab } from "./hours-tab";
import { InstructionsTab } from "./instructions-tab";
import { KnowledgeTab } from "./knowledge-tab";
import { ProfileTab } from "./profile-tab";
import { type Employee, employeeQuery } from "./queries";
import { Standing } from "./standing";
import { TryIt, useRoomBeside } from "./try-it";
import { VersionsTab } from "./versions-tab";

interface TabProps {
  readonly employee: Employee;
}

const TABS: Record<string, { name: MessageKey; page: (props: TabProps) => ReactNode }> = {
  profile: { name: "employee.profile", page: ProfileTab },
  instructions: { name: "employee.instructions", page: InstructionsTab },
  knowledge: { name: "employee.knowledge", page: KnowledgeTab },
  channels: { name: "employee.channels", page: ChannelsTab },
  hours: { name: "employee.hours", page: HoursTab },
  versions: { name: "employee.versions", page: VersionsTab },
};
const TRY = "try";

export default function EmployeeHome() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const { agentId = "", tab = "profile" } = useParams();
  const employee = useQuery(employeeQuery(api, tenant.id, agentId));
  const beside = useRoomBeside();

  if (isNotHere(employee.error)) return <NotHere agentId={agentId} />;
  const name = employee.data?.agent.name;
  const trying = tab === TRY && !beside;
  return (
    <div className="flex h-full">
      <div className="h-full min-w-0 grow">
        <Page title={name ?? t("employees.title")}>
          {employee.isPending && <FormSkeleton />}
          {employee.isError && !employee.data && <LoadFailed query={employee} />}
          {employee.data && (
            <>
              <Standing employee={employee.data} />
              <Parts name={employee.data.agent.name} beside={beside} />
              {trying ? (
                <div className="h-[70dvh] min-h-80 overflow-hidden rounded-card border border-line">
                  <TryIt agent={employee.data.agent} />
                </div>
              ) : (
                <Part key={`${agentId} ${tab}`} tab={tab} employee={employee.data} />
              )}
            </>
          )}
        </Page>
      </div>
      {beside && employee.data && (
        <aside aria-label={t("employee.tryItWith", { name: employee.data.agent.name })} className="h-full w-96 shrink-0 border-s border-line">
          <TryIt agent={employee.data.agent} />
        </aside>
      )}
    </div>
  );
}

function Part({ tab, employee }: { tab: string } & TabProps) {
  const Shown = TABS[tab]?.page ?? ProfileTab;
  return <Shown employee={employee} />;
}

/** Links, as each part has an address of its own. */
function Parts({ name, beside }: { name: string; beside: boolean }) {
  const { t } = useI18n();
  const { at } = useWorkspace();
  const { agentId = "", tab } = useParams();
  const parts = Object.entries(TABS).map(([part, each]) => ({ part, name: each.name }));
  if (!beside) parts.push({ part: TRY, name: "employee.tryIt" });
  return (
    <nav aria-label={t("employee.tabs", { name })} className="mb-6 flex flex-wrap gap-1 border-b border-line">
      {parts.map((each) => (
        <NavLink
          key={each.part}
          to={at(`employees/${agentId}/${each.part}`)}
          aria-current={each.part === (tab ?? "profile") ? "page" : undefined}
          className="-mb-px inline-flex min-h-10 items-center border-b-2 border-transparent px-3 text-sm text-soft hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          {t(each.name)}
        </NavLink>
      ))}
    </nav>
  );
}
