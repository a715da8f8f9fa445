/** What a logged-in person sees: employees and the ways to all pages at the side, a page beside them. */
import { type ReactNode, Suspense } from "react";
import { useLocation } from "react-router";

import { FailedPage } from "@/components/failed-page";
import { useFocusRescue } from "@/components/focus";
import { NoticePage } from "@/components/notice-page";
import { usePerson } from "@/session/login-context";
import { mayRunPlatform } from "@/session/rights";
import { WorkspaceContext } from "@/session/workspace";
import type { Tenant } from "@/wire/frames";

import { PracticeStrip } from "./practice-strip";
import { RightsNews } from "./rights-news";
import { Sidebar } from "./sidebar";
import { SkipLink } from "./skip-link";
import { useOwnWorkspace } from "./use-own-workspace";

interface ShellProps {
  /** The pages of a business, for the person's role in it. */
  pages: (tenant: Tenant) => ReactNode;
  /** Where there is no business, for those who can create one. */
  nothingYet: ReactNode;
}

export function Shell({ pages, nothingYet }: ShellProps) {
  const person = usePerson();
  const { pathname } = useLocation();
  const { workspace, tenants } = useOwnWorkspace();
  useFocusRescue();

  if (tenants.isError && !tenants.data) {
    return <FailedPage error={tenants.error} onRetry={() => void tenants.refetch()} />;
  }
  if (!workspace) {
    const none = tenants.data?.length === 0 && mayRunPlatform(person.role);
    return none ? nothingYet : <NoticePage>{null}</NoticePage>;
  }
  const atHome = pathname === "/";
  return (
    <WorkspaceContext value={workspace}>
      <SkipLink />
      <div className="flex h-full flex-col">
        <PracticeStrip />
        <RightsNews tenant={workspace.tenant} />
        <div className="flex min-h-0 grow">
          <div className={`h-full w-full shrink-0 md:block md:w-76 ${atHome ? "" : "hidden"}`}>
            <Sidebar />
          </div>
          {/* Another business or another role is another page: nothing of the one before stays. */}
          <div
            key={`${workspace.tenant.id} ${workspace.tenant.role}`}
            id="page"
            className={`h-full min-w-0 grow md:block ${atHome ? "max-md:sr-only" : ""}`}
          >
            <Suspense fallback={null}>
              {pages(workspace.tenant)}
            </Suspense>
          </div>
        </div>
      </div>
    </WorkspaceContext>
  );
}
