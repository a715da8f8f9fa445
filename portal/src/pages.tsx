/**
 * The pages of a logged-in person: at which address each stands, and for which roles. The address
 * names the business. A page is loaded when it is first opened; only a conversation, which most come
 * for, is there at once.
 */
import { lazy, type ReactNode } from "react";
import { Link, Navigate, Route, Routes, useLocation, useParams } from "react-router";

import { NoticePage } from "@/components/notice-page";
import { ChatPlace, ChooseEmployee } from "@/features/chat/page";
import { ConversationPage } from "@/features/conversation/page";
import { Shell } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { mayAdminister, mayRunPlatform } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

const BusinessesPage = lazy(() => import("@/features/businesses/page"));
const ChannelsPage = lazy(() => import("@/features/channels/page"));
const ConnectPage = lazy(() => import("@/features/channels/connect-page"));
const ConnectionPage = lazy(() => import("@/features/channels/connection-page"));
const AnswersPage = lazy(() => import("@/features/knowledge/answers-page"));
const ConversationsPage = lazy(() => import("@/features/conversations/page"));
const DocumentPage = lazy(() => import("@/features/knowledge/document-page"));
const BlankPage = lazy(() => import("@/features/employees/blank-page"));
const EmployeeHome = lazy(() => import("@/features/employee/page"));
const EmployeesPage = lazy(() => import("@/features/employees/page"));
const FirstBusinessPage = lazy(() => import("@/features/businesses/first-business-page"));
const GapsPage = lazy(() => import("@/features/knowledge/gaps-page"));
const HirePage = lazy(() => import("@/features/employees/hire-page"));
const HomePage = lazy(() => import("@/features/home/page"));
const KnowledgePage = lazy(() => import("@/features/knowledge/page"));
const MePage = lazy(() => import("@/features/me/page"));
const ModelsPage = lazy(() => import("@/features/models/page"));
const PeoplePage = lazy(() => import("@/features/people/page"));
const TemplatePage = lazy(() => import("@/features/employees/template-page"));
const SettingsPage = lazy(() => import("@/features/settings/page"));
const SetupPage = lazy(() => import("@/features/setup/page"));
const SourcePage = lazy(() => import("@/features/knowledge/source-page"));
const WatchPage = lazy(() => import("@/features/conversations/watch-page"));

export default function Pages() {
  return <Shell pages={<AllPages />} nothingYet={<FirstBusinessPage />} />;
}

/** Every page, or in its place that it is not for this role. */
function AllPages() {
  const { t } = useI18n();
  const { tenant: { name, role } } = useWorkspace();
  const notYours = (whose: string) => <WayHome sentence={t("app.notYours")} whose={whose} />;
  const forAdmins = (page: ReactNode) =>
    mayAdminister(role) ? page : notYours(t("app.askAdmin", { business: name }));
  const forPlatform = (page: ReactNode) => (mayRunPlatform(role) ? page : notYours(t("app.askPlatform")));
  return (
    <Routes>
      <Route path="b/:business">
        <Route index element={<Moved to="home" />} />
        <Route path="home" element={<HomePage />} />
        <Route path="chat" element={<ChatPlace />}>
          <Route index element={<ChooseEmployee />} />
          <Route path=":agentId" element={<OneConversation />} />
        </Route>
        <Route path="employees" element={<EmployeesPage />} />
        <Route path="employees/new" element={forAdmins(<HirePage />)} />
        <Route path="knowledge" element={<Moved to="knowledge/sources" />} />
        <Route path="knowledge/sources" element={<KnowledgePage />} />
        <Route path="knowledge/sources/:sourceId" element={<SourcePage />} />
        <Route path="knowledge/documents/:documentId" element={<DocumentPage />} />
        <Route path="knowledge/answers" element={<AnswersPage />} />
        <Route path="knowledge/gaps" element={<GapsPage />} />
        <Route path="employees/new/blank" element={forAdmins(<BlankPage />)} />
        <Route path="employees/new/:template" element={forAdmins(<TemplatePage />)} />
        <Route path="employees/:agentId" element={forAdmins(<EmployeeHome />)} />
        <Route path="employees/:agentId/:tab" element={forAdmins(<EmployeeHome />)} />
        <Route path="set-up" element={forAdmins(<SetupPage />)} />
        <Route path="set-up/:step" element={forAdmins(<SetupPage />)} />
        <Route path="channels" element={forAdmins(<ChannelsPage />)} />
        <Route path="channels/new/:kind" element={forAdmins(<ConnectPage />)} />
        <Route path="channels/:connectionId" element={forAdmins(<ConnectionPage />)} />
        <Route path="people" element={forAdmins(<PeoplePage />)} />
        <Route path="settings" element={forAdmins(<SettingsPage />)} />
        <Route path="settings/models" element={forAdmins(<ModelsPage />)} />
        <Route path="conversations" element={forPlatform(<ConversationsPage />)} />
        <Route path="conversations/:conversationId" element={forPlatform(<WatchPage />)} />
      </Route>
      <Route path="me" element={<MePage />} />
      <Route path="platform/businesses" element={forPlatform(<BusinessesPage />)} />

      {/* Addresses of before, which named no business. */}
      <Route index element={<Moved to="home" />} />
      <Route path="employees/:agentId" element={<Moved to="chat/:agentId" />} />
      <Route path="team/*" element={<Moved to="*" />} />
      <Route path="businesses" element={<Moved to="/platform/businesses" />} />
      <Route path="*" element={<WayHome sentence={t("app.notFound")} />} />
    </Routes>
  );
}

function OneConversation() {
  const { agentId = "" } = useParams();
  return <ConversationPage key={agentId} agentId={agentId} />;
}

/** To a place of the business in view, or with a slash before it, beside all businesses. */
function Moved({ to }: { to: string }) {
  const { at } = useWorkspace();
  const { search, hash } = useLocation();
  const { agentId = "", "*": rest = "" } = useParams();
  const place = to.replace(":agentId", agentId).replace("*", rest);
  return <Navigate replace to={{ pathname: place.startsWith("/") ? place : at(place), search, hash }} />;
}

function WayHome({ sentence, whose }: { sentence: string; whose?: string }) {
  const { t } = useI18n();
  const { at } = useWorkspace();
  return (
    <NoticePage>
      <h1 className="font-medium text-ink">{sentence}</h1>
      {whose && <p>{whose}</p>}
      <Link className="text-accent underline" to={at("home")}>{t("app.home")}</Link>
    </NoticePage>
  );
}
