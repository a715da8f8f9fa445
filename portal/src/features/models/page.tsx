/** The business's own keys to language models, and which of them answers for whom. For its admins. */
import { useQuery } from "@tanstack/react-query";

import { Rows, Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { mayRunPlatform } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

import { AddKey } from "./add-key";
import { EmployeesKeys } from "./employees-keys";
import { KeyRow } from "./key-row";
import { Local } from "./local";
import { keysQuery } from "./queries";
import { WhoAnswers } from "./who-answers";

export default function ModelsPage() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const keys = useQuery(keysQuery(api, tenant.id));
  return (
    <Page title={t("models.title")}>
      {keys.isPending && <RowSkeletons rows={3} className="h-18" />}
      {keys.isError && !keys.data && <LoadFailed query={keys} />}
      {keys.data && (
        <>
          <Section title={t("models.answers")}>
            <WhoAnswers keys={keys.data} />
          </Section>
          <Section title={t("models.add")}>
            <AddKey />
          </Section>
          {mayRunPlatform(tenant.role) && (
            <Section title={t("models.here")}>
              <Local />
            </Section>
          )}
          {keys.data.items.length > 0 && (
            <>
              <Section title={t("models.keys")}>
                <Rows label={t("models.keys")}>
                  {keys.data.items.map((each) => <KeyRow key={each.id} modelKey={each} choice={keys.data.choice} />)}
                </Rows>
              </Section>
              <Section title={t("models.employees")}>
                <EmployeesKeys keys={keys.data} />
              </Section>
            </>
          )}
        </>
      )}
    </Page>
  );
}
