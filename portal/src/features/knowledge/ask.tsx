/** A question put to an employee in no conversation: what they would say, and where it is from. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";

import { Button } from "@/components/button";
import { TextField } from "@/components/form/text-field";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";

import { Answer } from "./answer";
import { ask } from "./queries";

export function TryIt() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const titleId = useId();
  const agents = useQuery(agentsQuery(api, tenant.id)).data ?? [];
  const [chosen, setChosen] = useState<string>();
  const [question, setQuestion] = useState("");
  const agent = agents.find(({ id }) => id === chosen) ?? agents[0];
  const asked = useMutation({ mutationFn: () => ask(api, tenant.id, agent?.id ?? "", question.trim()) });
  if (!agent) return null;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (question.trim() && !asked.isPending) asked.mutate();
  };
  return (
    <section aria-labelledby={titleId} className="mb-8 rounded-card border border-line bg-raised p-4 sm:p-5">
      <h2 id={titleId} className="font-semibold">{t("knowledge.ask")}</h2>
      <form noValidate className="mt-3 flex flex-wrap items-start gap-3" onSubmit={submit}>
        {agents.length > 1 && (
          <label className="block text-sm font-medium">
            {t("knowledge.askWhom")}
            <select
              className="mt-1.5 block min-h-11.5 max-w-40 rounded-control border border-field bg-raised px-3 text-base font-normal text-ink"
              value={agent.id}
              onChange={({ target }) => { setChosen(target.value); }}
            >
              {agents.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
            </select>
          </label>
        )}
        <TextField className="min-w-56 grow" label={t("knowledge.askWhat")} value={question} onChange={setQuestion} autoComplete="off" />
        <Button type="submit" look="primary" aria-disabled={asked.isPending} className="min-h-11.5 aria-disabled:opacity-50 sm:mt-6.5">
          {t("knowledge.askNow")}
        </Button>
      </form>
      <div role="status" className="text-sm text-soft">
        {asked.isPending && <p className="mt-3">{t("knowledge.asking", { name: agent.name })}</p>}
        {asked.data && <Answer answered={asked.data} name={agent.name} />}
      </div>
      <p role="alert" className="mt-3 text-sm text-danger empty:mt-0">{asked.isError && problemSentence(t, asked.error)}</p>
    </section>
  );
}
