/** Instead of an employee who does not work in the business in view: they may in another one of the person's. */
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "react-router";

import { buttonClass } from "@/components/button";
import { NoticePage } from "@/components/notice-page";
import { useI18n } from "@/i18n/context";
import { inBusiness, useWorkspace } from "@/session/workspace";
import { Refused } from "@/wire/errors";

import { workplaceQuery } from "./queries";

/** Whether the gateway said that there is no such employee here, or that this is no employee's id. */
export function isNotHere(error: unknown): boolean {
  return error instanceof Refused && [404, 422].includes(error.status);
}

export function NotHere({ agentId }: { agentId: string }) {
  const { t } = useI18n();
  const { api, tenants, tenant, at } = useWorkspace();
  const { pathname } = useLocation();
  const others = tenants.filter(({ id }) => id !== tenant.id);
  const workplace = useQuery(workplaceQuery(api, others, agentId));
  return (
    <NoticePage>
      <h1 className="font-medium text-ink">{t("employees.notHere", { business: tenant.name })}</h1>
      {workplace.data && (
        <>
          <p>{t("employees.worksElsewhere")}</p>
          <Link
            to={inBusiness(workplace.data, pathname.slice(at("").length))}
            className={`${buttonClass("primary")} wrap-anywhere`}
          >
            {t("employees.switchTo", { business: workplace.data.name })}
          </Link>
        </>
      )}
      <Link className="text-accent underline" to={at("home")}>{t("app.home")}</Link>
    </NoticePage>
  );
}
