/** What a logged-in person sees: employees at the side, a conversation beside them. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";

import { PortalApi } from "@/api/portal-api";
import { tenantsQuery } from "@/api/queries";
import { ChatSessions } from "@/chat/chat-sessions";
import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { useLogin, usePerson } from "@/session/login-context";
import { type Workspace, WorkspaceContext } from "@/session/workspace";
import { Sidebar } from "@/sidebar/sidebar";

import { ConversationPage } from "./conversation-page";
import { NoticePage } from "./notice-page";

export default function HomePage() {
  const { t } = useI18n();
  const login = useLogin();
  const person = usePerson();
  const navigate = useNavigate();
  const { agentId } = useParams();
  const [chosenTenant, setChosenTenant] = useState(person.tenantId);
  const api = useMemo(() => new PortalApi(login), [login]);
  const chats = useMemo(() => new ChatSessions(login, api, person.userId), [login, api, person.userId]);
  const tenants = useQuery(tenantsQuery(api));

  const tenant = tenants.data?.find(({ id }) => id === chosenTenant) ?? tenants.data?.[0];
  const workspace = useMemo<Workspace | null>(
    () =>
      tenants.data && tenant
        ? {
            api,
            chats,
            tenants: tenants.data,
            tenant,
            chooseTenant(tenantId) {
              void (async () => {
                // The platform's own people belong to no tenant, and need no token for one.
                if (person.tenantId !== null) await login.switchTenant(tenantId);
                setChosenTenant(tenantId);
                await navigate("/");
              })();
            },
          }
        : null,
    [api, chats, tenants.data, tenant, login, person.tenantId, navigate],
  );

  if (tenants.isError) {
    return (
      <NoticePage>
        <p>{t("app.unreachable")}</p>
        <Button onClick={() => void tenants.refetch()}>{t("app.tryAgain")}</Button>
      </NoticePage>
    );
  }
  if (!workspace) return <NoticePage>{tenants.isSuccess && <p>{t("sidebar.empty")}</p>}</NoticePage>;
  return (
    <WorkspaceContext value={workspace}>
      <div className="flex h-full">
        <div className={`h-full w-full shrink-0 md:block md:w-76 ${agentId ? "hidden" : ""}`}>
          <Sidebar />
        </div>
        <div className={`h-full min-w-0 grow md:block ${agentId ? "" : "hidden"}`}>
          {agentId ? <ConversationPage key={agentId} agentId={agentId} /> : <Choose />}
        </div>
      </div>
    </WorkspaceContext>
  );
}

function Choose() {
  const { t } = useI18n();
  return <NoticePage>{t("home.choose")}</NoticePage>;
}
