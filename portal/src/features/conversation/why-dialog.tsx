/** How one answer came about: what was found, what of it was used, by which model, how long it took. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Button } from "@/components/button";
import { Dialog, DialogActions } from "@/components/dialog";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Trace } from "@/wire/frames";

import { traceQuery } from "./queries";

interface WhyDialogProps {
  messageId: string;
  onClose: () => void;
}

export default function WhyDialog({ messageId, onClose }: WhyDialogProps) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const trace = useQuery(traceQuery(api, tenant.id, messageId));
  return (
    <Dialog title={t("conversation.why.title")} open onClose={onClose}>
      {trace.isPending && <RowSkeletons rows={2} />}
      {trace.isError && <LoadFailed query={trace} />}
      {trace.data && <Told trace={trace.data} />}
      <DialogActions>
        <Button onClick={onClose}>{t("app.close")}</Button>
      </DialogActions>
    </Dialog>
  );
}

function Told({ trace }: { trace: Trace }) {
  const { t } = useI18n();
  return (
    <div className="mt-3 text-sm">
      <p>{t(wayKey(trace))}</p>
      {trace.passages.length > 0 && <Passages trace={trace} />}
      <dl className="mt-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs text-soft">
        {facts(trace).map(([key, value]) => (
          <div key={key} className="contents">
            <dt>{t(key)}</dt>
            <dd className="wrap-anywhere text-ink">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Passages({ trace }: { trace: Trace }) {
  const { t } = useI18n();
  const { at } = useWorkspace();
  return (
    <>
      <h3 className="mt-4 font-medium">{t(trace.whole ? "conversation.why.whole" : "conversation.why.found")}</h3>
      {/* A region that scrolls must be reachable to be scrolled by keyboard. */}
      <ol
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={t("conversation.why.found")}
        className="mt-2 max-h-64 space-y-2 overflow-y-auto rounded-card border border-line p-3"
      >
        {trace.passages.map((passage) => (
          <li key={passage.n} className={trace.cited.includes(passage.n) ? "" : "text-soft"}>
            <Link
              className="font-medium wrap-anywhere text-accent underline underline-offset-2"
              to={at(`knowledge/documents/${passage.document_id}?at=${passage.start}-${passage.end}`)}
            >
              {passage.n} · {passage.title}
            </Link>{" "}
            <span className="text-xs">
              {trace.cited.includes(passage.n) && `${t("conversation.why.used")} · `}
              {t("conversation.why.score", { score: passage.score.toFixed(2) })}
            </span>
            <p dir="auto" className="text-xs wrap-anywhere">{passage.excerpt}</p>
          </li>
        ))}
      </ol>
    </>
  );
}

function wayKey({ way }: Trace) {
  switch (way) {
    case "model":
      return "conversation.why.model";
    case "quoted":
      return "conversation.why.quoted";
    case "not_known":
      return "conversation.why.notKnown";
    default:
      return "conversation.why.without";
  }
}

type FactKey =
  | "conversation.why.by" | "conversation.why.version" | "conversation.why.tools"
  | "conversation.why.tokens" | "conversation.why.took" | "conversation.why.attempt";

function facts(trace: Trace): [FactKey, string][] {
  const { model, agent_version, steps, input_tokens, output_tokens, took_ms, attempt } = trace;
  const took = Object.entries(took_ms).map(([stage, ms]) => `${stage} ${ms} ms`).join(" · ");
  const all: [FactKey, string | null][] = [
    ["conversation.why.by", model ?? null],
    ["conversation.why.version", agent_version ? String(agent_version) : null],
    ["conversation.why.tools", steps.map(({ tool, state }) => `${tool} (${state})`).join(", ") || null],
    ["conversation.why.tokens", input_tokens || output_tokens ? `${input_tokens ?? 0} + ${output_tokens ?? 0}` : null],
    ["conversation.why.took", took || null],
    ["conversation.why.attempt", attempt && attempt > 1 ? String(attempt) : null],
  ];
  return all.filter((fact): fact is [FactKey, string] => fact[1] !== null);
}
