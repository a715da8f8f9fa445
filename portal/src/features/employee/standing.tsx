/** What answers now, and what is drafted beside it: seen on every part of an employee's home. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { StatusDot } from "@/components/status-dot";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { listTime } from "@/i18n/time";
import { useWorkspace } from "@/session/workspace";

import { PublishDialog } from "./publish-dialog";
import { dropDraft, type Employee } from "./queries";

export function Standing({ employee }: { employee: Employee }) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"publish" | "drop" | null>(null);
  const { agent, edited } = employee;
  const { draft, revision, published_version: n } = edited;
  const close = () => { setAsking(null); };
  const again = () => queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
  const drop = useMutation({
    mutationFn: async () => {
      await dropDraft(api, tenant.id, agent.id, revision);
      await again();
    },
  });
  const time = draft ? listTime(language, draft.at) : "";
  return (
    <div className="mb-5 grid gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <StatusDot
          state={agent.status === "active" ? "ok" : "off"}
          word={agent.status === "active" ? t("employee.live", { n }) : t("employee.status")}
        />
        {draft && (
          <>
            <StatusDot
              state="warn"
              word={draft.by ? t("employee.draftBy", { who: draft.by, time }) : t("employee.draft", { time })}
            />
            <span className="flex flex-wrap gap-2 sm:ms-auto">
              <Button onClick={() => { setAsking("drop"); }}>{t("employee.dropDraft")}</Button>
              <Button look="primary" onClick={() => { setAsking("publish"); }}>{t("employee.publishDots")}</Button>
            </span>
          </>
        )}
      </div>
      {draft && <p className="text-sm text-soft">{t("employee.draftHelp", { name: agent.name, n })}</p>}
      {agent.status === "paused" && <p className="text-sm text-soft">{t("employee.paused")}</p>}
      {draft && <PublishDialog employee={employee} open={asking === "publish"} onClose={close} />}
      <ConfirmDialog
        title={t("employee.dropTitle")}
        lead={t("employee.dropLead", { name: agent.name })}
        confirm={t("employee.dropDraft")}
        open={asking === "drop"}
        onClose={close}
        action={() => drop.mutateAsync()}
        onDone={() => { tell({ sentence: t("employee.dropped") }); }}
      />
    </div>
  );
}
