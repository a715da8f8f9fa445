/** Where a visit begins: what needs one, today in figures, and the employees to talk to. */
import { useQuery } from "@tanstack/react-query";

import { Section } from "@/components/list";
import { EmployeeList } from "@/features/chat";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { workingQuery } from "@/session/queries";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

import { Needs } from "./needs";
import { Today } from "./today";

export default function HomePage() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const nobodyYet = useQuery(workingQuery(api, tenant.id)).data?.length === 0;
  return (
    <Page title={t("home.title")}>
      <Section title={t("home.needs")}>
        <Needs />
      </Section>
      {mayAdminister(tenant.role) && <Today />}
      {!(nobodyYet && mayAdminister(tenant.role)) && (
        <Section title={t("home.talk")}>
          <div className="rounded-card border border-line bg-raised p-2">
            <EmployeeList />
          </div>
        </Section>
      )}
    </Page>
  );
}
