/** Beside the employees when none is chosen yet; where nobody works yet, the way to hire somebody. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { agentsQuery } from "@/api/queries";
import { buttonClass } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

import { NoticePage } from "./notice-page";

export function Welcome() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  if (agents.data?.length !== 0) return <NoticePage><h1>{t("home.choose")}</h1></NoticePage>;
  return (
    <NoticePage>
      <h1>{t("sidebar.empty")}</h1>
      {mayAdminister(tenant.role) ? (
        <Link to="/team/employees/new" className={`${buttonClass("primary")} inline-flex items-center`}>
          {t("home.hireFirst")}
        </Link>
      ) : (
        <p>{t("home.askToHire", { business: tenant.name })}</p>
      )}
    </NoticePage>
  );
}
