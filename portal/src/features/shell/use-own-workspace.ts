import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useNavigate } from "react-router";

import { ChatSessions } from "@/session/chat-sessions";
import { useLogin, usePerson } from "@/session/login-context";
import { tenantsQuery } from "@/session/queries";
import { keepTabTenant, tabTenant } from "@/session/tab-tenant";
import type { Workspace } from "@/session/workspace";

/** The workspace in the business of the person's token; the platform's own people choose one. */
export function useOwnWorkspace() {
  const login = useLogin();
  const person = usePerson();
  const { role, tenantId } = person;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(tabTenant);
  // A line that was closed to the person in one role may be open in the next: all begin anew.
  const chats = useMemo(() => new ChatSessions(login, person.userId), [login, person]);
  const tenants = useQuery(tenantsQuery(login));

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
            api: login,
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
    [chats, tenants.data, tenant, login, tenantId, navigate],
  );
  return { workspace, tenants };
}
