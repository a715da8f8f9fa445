/** What the business's employees have been given to read, and a place to see what they make of it. */
import { useInfiniteQuery } from "@tanstack/react-query";

import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

import { AddSources } from "./add-sources";
import { TryIt } from "./ask";
import { SourceList } from "./list";
import { sourcesQuery } from "./queries";
import { Views } from "./views";

export default function KnowledgePage() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const admin = mayAdminister(tenant.role);
  const sources = useInfiniteQuery(sourcesQuery(api, tenant.id, false)).data?.pages.flatMap(({ items }) => items);
  return (
    <Page title={t("knowledge.title")}>
      <Views />
      {admin && <AddSources />}
      {sources?.some(({ state }) => state === "indexed") && <TryIt />}
      <SourceList typed={false} label={t("knowledge.sources")} empty={t(admin ? "knowledge.empty" : "knowledge.emptyMember")} />
    </Page>
  );
}
