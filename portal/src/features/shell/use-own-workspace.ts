/** The workspace in the business that the address names; without one, in that of the person's token. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useMatch } from "react-router";

import { ChatSessions } from "@/session/chat-sessions";
import { useLogin, usePerson } from "@/session/login-context";
import { tenantsQuery } from "@/session/queries";
import { followNews } from "@/session/news";
import { keepTabTenant, tabTenant } from "@/session/tab-tenant";
import { inBusiness, type Workspace } from "@/session/workspace";

export function useOwnWorkspace() {
  const login = useLogin();
  const person = usePerson();
  const { role, tenantId } = person;
  const slug = useMatch("/b/:business/*")?.params.business;
  const queries = useQueryClient();
  // A line that was closed to the person in one role may be open in the next: all begin anew.
  const chats = useMemo(() => new ChatSessions(login, person.userId), [login, person]);
  const tenants = useQuery(tenantsQuery(login));

  // What the token says now is newer than the list.
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["tenants"] });
  }, [queries, role, tenantId]);

  const last = tenantId ?? tabTenant();
  const listed = slug
    ? tenants.data?.find((each) => each.slug === slug)
    : (tenants.data?.find(({ id }) => id === last) ?? tenants.data?.[0]);
  // The platform's own people belong to no tenant, and need no token for one.
  const elsewhere = listed !== undefined && tenantId !== null && tenantId !== listed.id;
  const { failure, again } = useSwitch(elsewhere ? listed.id : null);

  const here = listed?.id;
  useEffect(() => {
    if (here && !elsewhere) keepTabTenant(here);
  }, [here, elsewhere]);

  const tenant = useMemo(() => (listed && !elsewhere ? { ...listed, role } : null), [listed, elsewhere, role]);
  const workspace = useMemo<Workspace | null>(
    () =>
      tenants.data && tenant
        ? { api: login, chats, tenants: tenants.data, tenant, at: (place) => inBusiness(tenant, place) }
        : null,
    [chats, tenants.data, tenant, login],
  );
  // What others do here meanwhile is told, not asked for.
  const followed = tenant?.id;
  useEffect(() => (followed ? followNews(login, followed, queries) : undefined), [login, person, followed, queries]);

  const isStrange = slug !== undefined && tenants.data !== undefined && !tenants.isFetching && !listed;
  return { workspace, tenants, isStrange, failure, again };
}

/** Has the person's token be for this business. */
function useSwitch(wanted: string | null) {
  const login = useLogin();
  const queries = useQueryClient();
  const [tries, setTries] = useState(0);
  const [failed, setFailed] = useState<{ wanted: string; error: unknown } | null>(null);
  useEffect(() => {
    if (wanted === null) return;
    login.switchTenant(wanted).then(
      // Who is refused there goes on elsewhere: the list is not right any more.
      () => queries.invalidateQueries({ queryKey: ["tenants"] }),
      (error: unknown) => { setFailed({ wanted, error }); },
    );
  }, [login, queries, wanted, tries]);
  return {
    failure: failed !== null && failed.wanted === wanted ? failed.error : null,
    again: () => {
      setFailed(null);
      setTries(tries + 1);
    },
  };
}
