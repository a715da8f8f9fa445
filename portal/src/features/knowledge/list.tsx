/** Sources of one sort, page by page. */
import { useInfiniteQuery } from "@tanstack/react-query";

import { Button } from "@/components/button";
import { Empty, Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { sourcesQuery } from "./queries";
import { SourceRow } from "./source-row";

export function SourceList({ typed, label, empty }: { typed: boolean; label: string; empty: string }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const sources = useInfiniteQuery(sourcesQuery(api, tenant.id, typed));
  const all = sources.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      {sources.isPending && <RowSkeletons rows={3} className="h-18" />}
      {sources.isError && !all && <LoadFailed query={sources} />}
      {all?.length === 0 && <Empty>{empty}</Empty>}
      {all && all.length > 0 && (
        <Rows label={label}>
          {all.map((source) => <SourceRow key={source.id} source={source} />)}
        </Rows>
      )}
      {sources.hasNextPage && (
        <Button className="mt-4" onClick={() => void sources.fetchNextPage()}>{t("knowledge.more")}</Button>
      )}
    </>
  );
}
