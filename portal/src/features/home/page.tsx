/** Beside the employees when none is chosen yet; where nobody works yet, the way to hire somebody. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { buttonClass } from "@/components/button";
import { NoticePage } from "@/components/notice-page";
import { useI18n } from "@/i18n/context";
import { agentsQuery } from "@/session/queries";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

export function Welcome() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  if (agents.data?.length !== 0) return <NoticePage><h1>{t("home.choose")}</h1></NoticePage>;
  return (
    <NoticePage>
      <h1>{t("app.noEmployees")}</h1>
      {mayAdminister(tenant.role) ? (
        <Link to="/team/employees/new" className={`${buttonClass("primary")} inline-flex items-center`}>
          {t("app.hireFirst")}
        </Link>
      ) : (
        <p>{t("home.askToHire", { business: tenant.name })}</p>
      )}
    </NoticePage>
  );
}
