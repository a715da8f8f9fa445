/** One key: what is shown of it, whether it works, and what can be done with it. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Done } from "@/components/done";
import { Name } from "@/components/name";
import { StatusDot } from "@/components/status-dot";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { listTime } from "@/i18n/time";
import { useWorkspace } from "@/session/workspace";
import type { ModelChoice, ModelKey } from "@/wire/frames";

import { ChangeKey } from "./change-key";
import { removeKey, testKey } from "./queries";
import { lookOf } from "./rules";

export function KeyRow({ modelKey, choice }: { modelKey: ModelKey; choice: ModelChoice }) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [open, setOpen] = useState<"change" | "remove" | null>(null);
  const { id, name, last4, model, state, provider, base_url, tested_at, used_at } = modelKey;
  const refresh = () => queries.invalidateQueries({ queryKey: ["llm-keys", tenant.id] });
  const test = async () => {
    setBusy(true);
    setSaid("");
    try {
      const tried = await testKey(api, tenant.id, id);
      setSaid(t(`models.tried.${tried.state}`, { name, model: tried.model ?? "" }));
    } catch (error) {
      setSaid(problemSentence(t, error));
    } finally {
      setBusy(false);
      await refresh();
    }
  };
  const facts = [
    last4 && `•••• ${last4}`,
    provider === "server" && base_url,
    model,
    id === choice.default_key_id && t("models.isDefault"),
    used_at ? t("models.used", { time: listTime(language, used_at) }) : tested_at && t("models.tested", { time: listTime(language, tested_at) }),
  ].filter(Boolean);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-48 grow basis-0">
        <p className="font-medium"><Name>{name}</Name></p>
        <p className="text-sm wrap-anywhere text-soft">{facts.join(" · ")}</p>
        <StatusDot state={lookOf(modelKey)} word={t(`models.state.${state}`)} />
        {state !== "ok" && state !== "untested" && <p className="mt-1 text-sm text-danger">{t(`models.tried.${state}`, { name, model: model ?? "" })}</p>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button aria-disabled={busy} aria-label={t("models.testName", { name })} onClick={() => { if (!busy) void test(); }}>{t("models.test")}</Button>
        <Button aria-label={t("models.changeName", { name })} onClick={() => { setOpen("change"); }}>{t("models.change")}</Button>
        <Button aria-label={t("models.removeName", { name })} onClick={() => { setOpen("remove"); }}>{t("models.remove")}</Button>
      </div>
      <Done className="basis-full">{busy ? t("models.trying") : said}</Done>
      {open === "change" && <ChangeKey modelKey={modelKey} onClose={() => { setOpen(null); }} onDone={() => void refresh()} />}
      <ConfirmDialog
        title={t("models.removeTitle", { name })}
        lead={t(id === choice.default_key_id && choice.fallback_key_id === null ? "models.removeLeadLast" : "models.removeLead")}
        confirm={t("models.remove")}
        open={open === "remove"}
        onClose={() => { setOpen(null); }}
        action={() => removeKey(api, tenant.id, id)}
        onDone={() => void refresh()}
      />
    </li>
  );
}
