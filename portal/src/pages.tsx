/**
 * The pages of a logged-in person: at which address each stands, and for which roles. A page is
 * loaded when it is first opened; only a conversation, which most come for, is there at once.
 */
import { lazy, type ReactNode } from "react";
import { Link, Route, Routes, useParams } from "react-router";

import { NoticePage } from "@/components/notice-page";
import { ConversationPage } from "@/features/conversation/page";
import { Welcome } from "@/features/home/page";
import { Shell } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { mayAdminister, mayRunPlatform } from "@/session/rights";
import type { Tenant } from "@/wire/frames";

const BusinessesPage = lazy(() => import("@/features/businesses/page"));
const ConversationsPage = lazy(() => import("@/features/conversations/page"));
const EmployeePage = lazy(() => import("@/features/employees/employee-page"));
const EmployeesPage = lazy(() => import("@/features/employees/page"));
const FirstBusinessPage = lazy(() => import("@/features/businesses/first-business-page"));
const HirePage = lazy(() => import("@/features/employees/hire-page"));
const PeoplePage = lazy(() => import("@/features/people/page"));
const WatchPage = lazy(() => import("@/features/conversations/watch-page"));

export default function Pages() {
  return <Shell pages={(tenant) => <PagesOf tenant={tenant} />} nothingYet={<FirstBusinessPage />} />;
}

/** Every page, or in its place that it is not for this role. */
function PagesOf({ tenant: { name, role } }: { tenant: Tenant }) {
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
