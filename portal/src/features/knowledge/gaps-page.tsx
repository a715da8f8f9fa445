/** What people asked and no source answered, each to be answered where it stands. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Banner } from "@/components/banner";
import { Empty, Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { mayRunPlatform } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";
import type { Taught } from "@/wire/frames";

import { Answer } from "./answer";
import { GapRow } from "./gap-row";
import { gapsQuery } from "./queries";
import { Views } from "./views";

export default function GapsPage() {
  const { t } = useI18n();
  const { tenant } = useWorkspace();
  return (
    <Page title={t("knowledge.gaps")}>
      <Views />
      {mayRunPlatform(tenant.role) ? <Empty>{t("knowledge.gapsPlatform")}</Empty> : <Gaps />}
    </Page>
  );
}

function Gaps() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const gaps = useQuery(gapsQuery(api, tenant.id));
  const [taught, setTaught] = useState<{ name: string; how: Taught }>();
  return (
    <>
      <p className="mb-4 text-sm text-soft">{t("knowledge.gapsLead")}</p>
      <div role="status" className="mb-4 empty:hidden">
        {taught && (
          <Banner tone={taught.how.closed ? "ok" : "warn"}>
            {t(taught.how.closed ? "knowledge.knowsNow" : "knowledge.stillNot", { name: taught.name })}
            {taught.how.closed && taught.how.tried && <Answer answered={taught.how.tried} name={taught.name} />}
          </Banner>
        )}
      </div>
      {gaps.isPending && <RowSkeletons rows={3} className="h-18" />}
      {gaps.isError && !gaps.data && <LoadFailed query={gaps} />}
      {gaps.data?.length === 0 && <Empty>{t("knowledge.gapsEmpty")}</Empty>}
      {gaps.data && gaps.data.length > 0 && (
        <Rows label={t("knowledge.gaps")}>
          {gaps.data.map((gap) => (
            <GapRow
              key={gap.question_ids[0]}
              gap={gap}
              onTaught={(name, how) => {
                setTaught({ name, how });
                void queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] });
              }}
            />
          ))}
        </Rows>
      )}
    </>
  );
}
