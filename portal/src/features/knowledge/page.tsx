/** What the business's employees have been given to read. */
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

import { AddSources } from "./add-sources";
import { SourceList } from "./list";
import { Views } from "./views";

export default function KnowledgePage() {
  const { t } = useI18n();
  const { tenant } = useWorkspace();
  const admin = mayAdminister(tenant.role);
  return (
    <Page title={t("knowledge.title")}>
      <Views />
      {admin && <AddSources />}
      <SourceList typed={false} label={t("knowledge.sources")} empty={t(admin ? "knowledge.empty" : "knowledge.emptyMember")} />
    </Page>
  );
}
