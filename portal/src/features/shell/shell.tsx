/** What a logged-in person sees: employees and the ways to all pages at the side, a page beside them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import { Link, Route, Routes, useLocation, useNavigate, useParams } from "react-router";

import { FailedPage } from "@/components/failed-page";
import { useFocusRescue } from "@/components/focus";
import { NoticePage } from "@/components/notice-page";
import { FirstBusiness } from "@/features/businesses/first-business";
import { ConversationPage } from "@/features/conversation/page";
import { Welcome } from "@/features/home/page";
import { useI18n } from "@/i18n/context";
import { PortalApi } from "@/session/api";
import { ChatSessions } from "@/session/chat-sessions";
import { useLogin, usePerson } from "@/session/login-context";
import { tenantsQuery } from "@/session/queries";
import { mayAdminister, mayRunPlatform } from "@/session/rights";
import { keepTabTenant, tabTenant } from "@/session/tab-tenant";
import { type Workspace, WorkspaceContext } from "@/session/workspace";
import type { Tenant } from "@/wire/frames";

import { PracticeStrip } from "./practice-strip";
import { RightsNews } from "./rights-news";
import { Sidebar } from "./sidebar";
import { SkipLink } from "./skip-link";

const BusinessesPage = lazy(() => import("@/features/businesses/page"));
const ConversationsPage = lazy(() => import("@/features/conversations/page"));
const EmployeePage = lazy(() => import("@/features/employees/employee-page"));
const EmployeesPage = lazy(() => import("@/features/employees/page"));
const HirePage = lazy(() => import("@/features/employees/hire-page"));
const PeoplePage = lazy(() => import("@/features/people/page"));
const WatchPage = lazy(() => import("@/features/watch/page"));

export default function HomePage() {
  const person = usePerson();
  const { pathname } = useLocation();
  const { workspace, tenants } = useOwnWorkspace();
  useFocusRescue();

  if (tenants.isError && !tenants.data) {
    return <FailedPage error={tenants.error} onRetry={() => void tenants.refetch()} />;
  }
  if (!workspace) {
    const none = tenants.data?.length === 0 && mayRunPlatform(person.role);
    return none ? <FirstBusiness /> : <NoticePage>{null}</NoticePage>;
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
              <Pages tenant={workspace.tenant} />
            </Suspense>
          </div>
        </div>
      </div>
    </WorkspaceContext>
  );
}

/** Every page, or in its place that it is not for this role. */
function Pages({ tenant: { name, role } }: { tenant: Tenant }) {
  const { t } = useI18n();
  const notYours = (whose: string) => <WayHome sentence={t("app.notYours")} whose={whose} />;
  const forAdmins = (page: ReactNode) =>
    mayAdminister(role) ? page : notYours(t("app.askAdmin", { business: name }));
  const forPlatform = (page: ReactNode) => (mayRunPlatform(role) ? page : notYours(t("app.askPlatform")));
  return (
    <Routes>
      <Route index element={<Welcome />} />
      <Route path="employees/:agentId" element={<OneConversation />} />
      <Route path="team/employees" element={<EmployeesPage />} />
      <Route path="team/employees/new" element={forAdmins(<HirePage />)} />
      <Route path="team/employees/:agentId" element={forAdmins(<EmployeePage />)} />
      <Route path="team/people" element={forAdmins(<PeoplePage />)} />
      <Route path="team/conversations" element={forPlatform(<ConversationsPage />)} />
      <Route path="team/conversations/:conversationId" element={forPlatform(<WatchPage />)} />
      <Route path="businesses" element={forPlatform(<BusinessesPage />)} />
      <Route path="*" element={<WayHome sentence={t("app.notFound")} />} />
    </Routes>
  );
}

function OneConversation() {
  const { agentId = "" } = useParams();
  return <ConversationPage key={agentId} agentId={agentId} />;
}

function WayHome({ sentence, whose }: { sentence: string; whose?: string }) {
  const { t } = useI18n();
  return (
    <NoticePage>
      <h1 className="font-medium text-ink">{sentence}</h1>
      {whose && <p>{whose}</p>}
      <Link className="text-accent underline" to="/">{t("app.home")}</Link>
    </NoticePage>
  );
}

/** The workspace in the business of the person's token; the platform's own people choose one. */
function useOwnWorkspace() {
  const login = useLogin();
  const person = usePerson();
  const { role, tenantId } = person;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(tabTenant);
  const api = useMemo(() => new PortalApi(login), [login]);
  // A line that was closed to the person in one role may be open in the next: all begin anew.
  const chats = useMemo(() => new ChatSessions(login, api, person.userId), [login, api, person]);
  const tenants = useQuery(tenantsQuery(api));

  // What the token says now is newer than the list.
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["tenants"] });
  }, [queries, role, tenantId]);

  const wished = tenants.data?.find(({ id }) => id === (tenantId ?? chosen));
  const listed = wished ?? (tenantId === null ? tenants.data?.[0] : undefined);
  const tenant = useMemo(() => listed && { ...listed, role }, [listed, role]);
  const workspace = useMemo<Workspace | null>(
    () =>
      tenants.data && tenant
        ? {
            api,
            chats,
            tenants: tenants.data,
            tenant,
            async chooseTenant(next, path = "/") {
              if (next === tenant.id) return;
              await navigate(path);
              // The platform's own people belong to no tenant, and need no token for one.
              if (tenantId !== null) await login.switchTenant(next);
              keepTabTenant(next);
              setChosen(next);
            },
          }
        : null,
    [api, chats, tenants.data, tenant, login, tenantId, navigate],
  );
  return { workspace, tenants };
}
