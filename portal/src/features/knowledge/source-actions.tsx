/** What can be done with a source: read it again, or remove it. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Done } from "@/components/done";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useWorkspace } from "@/session/workspace";
import type { Source } from "@/wire/frames";

import { NewerFile } from "./newer-file";
import { refreshSource, removeSource } from "./queries";

export function SourceActions({ source }: { source: Source }) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const [said, setSaid] = useState("");
  const { id, title, kind, uri, state } = source;
  const again = () => queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] });
  const refresh = async () => {
    try {
      await refreshSource(api, tenant.id, id);
      setSaid(t("knowledge.readAgain"));
    } catch (error) {
      setSaid(problemSentence(t, error));
    }
    await again();
  };
  return (
    <>
      <div className="mt-6 flex flex-wrap gap-3">
        {(uri ?? state === "failed") && <Button onClick={() => void refresh()}>{t("knowledge.retry")}</Button>}
        {kind === "file" && <NewerFile source={source} onSaid={setSaid} />}
        <Button look="danger" onClick={() => { setRemoving(true); }}>{t("knowledge.remove")}</Button>
      </div>
      <Done className="mt-3">{said}</Done>
      <ConfirmDialog
        title={t("knowledge.removeTitle", { title })}
        lead={t("knowledge.removeLead")}
        confirm={t("knowledge.remove")}
        open={removing}
        onClose={() => { setRemoving(false); }}
        action={() => removeSource(api, tenant.id, id)}
        onDone={() => {
          tell({ sentence: t("knowledge.removed", { title }) });
          void navigate(at(`knowledge/${kind === "answer" ? "answers" : "sources"}`));
          void again();
        }}
      />
    </>
  );
}
