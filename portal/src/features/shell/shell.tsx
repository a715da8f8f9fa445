/** What a logged-in person sees: the rail of places, a page beside it, and on a phone a bar below. */
import { type ReactNode, Suspense } from "react";
import { Link } from "react-router";

import { FailedPage } from "@/components/failed-page";
import { useFocusRescue } from "@/components/focus";
import { NoticePage } from "@/components/notice-page";
import { ToastPlace } from "@/components/toast/toast-place";
import { useI18n } from "@/i18n/context";
import { usePerson } from "@/session/login-context";
import { mayRunPlatform } from "@/session/rights";
import { inBusiness, useWorkspace, WorkspaceContext } from "@/session/workspace";
import type { Tenant } from "@/wire/frames";

import { BottomBar } from "./bottom-bar";
import { PracticeStrip } from "./practice-strip";
import { Rail } from "./rail";
import { RightsNews } from "./rights-news";
import { SkipLink } from "./skip-link";
import { useKeys } from "./use-keys";
import { useOwnWorkspace } from "./use-own-workspace";

interface ShellProps {
  /** In a workspace. */
  pages: ReactNode;
  /** Where there is no business, for those who can create one. */
  nothingYet: ReactNode;
}

export function Shell({ pages, nothingYet }: ShellProps) {
  const person = usePerson();
  const { workspace, tenants, isStrange, failure, again } = useOwnWorkspace();
  useFocusRescue();

  if (failure !== null) return <FailedPage error={failure} onRetry={again} />;
  if (tenants.isError && !tenants.data) {
    return <FailedPage error={tenants.error} onRetry={() => void tenants.refetch()} />;
  }
  if (tenants.data?.length === 0 && mayRunPlatform(person.role)) return nothingYet;
  if (isStrange) return <StrangeBusiness tenants={tenants.data ?? []} />;
  if (!workspace) return <Outline />;
  return (
    <WorkspaceContext value={workspace}>
      <Around>{pages}</Around>
    </WorkspaceContext>
  );
}

/** What stands around the page in a business. */
function Around({ children }: { children: ReactNode }) {
  const { tenant } = useWorkspace();
  const { opened, open } = useKeys();
  const search = () => { open("commands"); };
  return (
    <>
      <SkipLink />
      <div className="flex h-full flex-col">
        <PracticeStrip />
        <RightsNews tenant={tenant} />
        <div className="flex min-h-0 grow">
          <div className="h-full max-md:hidden">
            <Rail onSearch={search} />
          </div>
          {/* Another business or another role is another page: nothing of the one before stays. */}
          <div key={`${tenant.id} ${tenant.role}`} id="page" className="h-full min-w-0 grow">
            <Suspense fallback={null}>
              {children}
            </Suspense>
          </div>
        </div>
        <BottomBar onSearch={search} />
      </div>
      {opened}
      <ToastPlace />
    </>
  );
}

/** Where the rail and the page will be. */
function Outline() {
  const { t } = useI18n();
  return (
    <div role="status" className="flex h-full">
      <span className="sr-only">{t("app.loading")}</span>
      <span aria-hidden="true" className="h-full w-16 border-e border-line max-md:hidden lg:w-60" />
      <span aria-hidden="true" className="h-full grow bg-surface" />
    </div>
  );
}

/** The address names a business that is not the person's, or none at all. */
function StrangeBusiness({ tenants }: { tenants: readonly Tenant[] }) {
  const { t } = useI18n();
  return (
    <NoticePage>
      <h1 className="font-medium text-ink">{t("shell.strange")}</h1>
      <p>{t("shell.strangeLead")}</p>
      <ul className="space-y-2">
        {tenants.map((tenant) => (
          <li key={tenant.id}>
            <Link className="wrap-anywhere text-accent underline" to={inBusiness(tenant, "home")}>{tenant.name}</Link>
          </li>
        ))}
      </ul>
    </NoticePage>
  );
}
