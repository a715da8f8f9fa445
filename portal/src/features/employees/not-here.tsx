/** Instead of an employee who does not work in the business in view: they may in another one of the person's. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "react-router";

import { Button } from "@/components/button";
import { NoticePage } from "@/components/notice-page";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import { Refused } from "@/wire/errors";
import type { Tenant } from "@/wire/frames";

import { workplaceQuery } from "./queries";

/** Whether the gateway said that there is no such employee here, or that this is no employee's id. */
export function isNotHere(error: unknown): boolean {
  return error instanceof Refused && [404, 422].includes(error.status);
}

export function NotHere({ agentId }: { agentId: string }) {
  const { t } = useI18n();
  const { api, tenants, tenant } = useWorkspace();
  const others = tenants.filter(({ id }) => id !== tenant.id);
  const workplace = useQuery(workplaceQuery(api, others, agentId));
  return (
    <NoticePage>
      <h1 className="font-medium text-ink">{t("employees.notHere", { business: tenant.name })}</h1>
      {workplace.data && <Switch to={workplace.data} />}
      <Link className="text-accent underline" to="/">{t("app.home")}</Link>
    </NoticePage>
  );
}

function Switch({ to }: { to: Tenant }) {
  const { t } = useI18n();
  const { chooseTenant } = useWorkspace();
  const { pathname } = useLocation();
  const [failed, setFailed] = useState(false);
  const change = () => {
    setFailed(false);
    chooseTenant(to.id, pathname).catch(() => { setFailed(true); });
  };
  return (
    <>
      <p>{t("employees.worksElsewhere")}</p>
      <Button look="primary" className="wrap-anywhere" onClick={change}>
        {t("employees.switchTo", { business: to.name })}
      </Button>
      <p role="alert" className="text-danger empty:hidden">{failed && t("app.switchFailed")}</p>
    </>
  );
}
