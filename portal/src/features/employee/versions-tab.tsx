/** What an employee was: who changed what and when, how it differs from now, and the way back. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { fullTime } from "@/i18n/time";
import { useWorkspace } from "@/session/workspace";
import type { Version } from "@/wire/frames";

import { Differences, useFieldName } from "./differences";
import { differencesQuery, type Employee, goBack, versionsQuery } from "./queries";

export function VersionsTab({ employee }: { employee: Employee }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const versions = useInfiniteQuery(versionsQuery(api, tenant.id, employee.agent.id));
  const all = versions.data?.pages.flatMap(({ items }) => items);
  return (
    <>
      {versions.isPending && <RowSkeletons rows={3} />}
      {versions.isError && !versions.data && <LoadFailed query={versions} />}
      {all && (
        <Rows label={t("employee.versions")}>
          {all.map((version) => <VersionRow key={version.n} version={version} employee={employee} />)}
        </Rows>
      )}
      {versions.hasNextPage && (
        <Button className="mt-4" onClick={() => void versions.fetchNextPage()}>{t("employee.older")}</Button>
      )}
    </>
  );
}

function VersionRow({ version, employee }: { version: Version; employee: Employee }) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const nameOf = useFieldName();
  const [shown, setShown] = useState(false);
  const [asking, setAsking] = useState(false);
  const { agent, edited } = employee;
  const { n } = version;
  const live = n === edited.published_version;
  const time = fullTime(language, version.at);
  const back = async () => {
    const now = await goBack(api, tenant.id, agent.id, n, edited.revision);
    await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
    tell({ sentence: t("employee.isPublished", { name: now.name, n: now.published_version }) });
  };
  const what = [
    version.restores !== null ? t("employee.versionRestores", { n: version.restores }) : version.note,
    version.changed.length > 0
      ? t("employee.versionChanged", { fields: version.changed.map(nameOf).join(", ") })
      : n === 1 && t("employee.versionFirst"),
  ].filter(Boolean);
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-40 grow basis-0">
          <p className="flex flex-wrap items-center gap-x-2 font-medium">
            {t("employee.version", { n })}
            {live && <span className="rounded-full border border-line px-2 py-0.5 text-xs font-normal text-soft">{t("employee.versionLive")}</span>}
          </p>
          {what.map((line) => <p key={String(line)} className="text-sm wrap-anywhere">{line}</p>)}
          <p className="text-sm text-soft">
            {version.by ? t("employee.versionBy", { who: version.by, time }) : t("employee.versionCommand", { time })}
          </p>
        </div>
        {!live && (
          <div className="flex flex-wrap gap-2">
            <Button
              aria-expanded={shown}
              aria-label={shown ? undefined : t("employee.versionShowName", { n })}
              onClick={() => { setShown(!shown); }}
            >
              {t(shown ? "employee.versionHide" : "employee.versionShow")}
            </Button>
            <Button aria-label={t("employee.backName", { n })} onClick={() => { setAsking(true); }}>{t("employee.back")}</Button>
          </div>
        )}
      </div>
      {shown && !live && <FromThenToNow employee={employee} n={n} />}
      <ConfirmDialog
        title={t("employee.backTitle", { n })}
        lead={t("employee.backLead", { name: agent.name })}
        confirm={t("employee.back")}
        look="primary"
        open={asking}
        onClose={() => { setAsking(false); }}
        action={back}
        onDone={() => undefined}
      />
    </li>
  );
}

function FromThenToNow({ employee, n }: { employee: Employee; n: number }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const differences = useQuery(differencesQuery(api, tenant.id, employee.agent.id, n, employee.edited.published_version));
  return (
    <div className="mt-3 border-t border-line pt-3">
      {differences.isPending && <RowSkeletons rows={1} />}
      {differences.isError && !differences.data && <LoadFailed query={differences} />}
      {differences.data?.length === 0 && <p className="text-sm text-soft">{t("employee.versionSame")}</p>}
      {differences.data && <Differences of={differences.data} />}
    </div>
  );
}
