/** Ten questions, and which of them have a source; what has none can be taught here and now. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { Button, buttonClass } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { Empty, Rows, Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { TriedAll } from "@/wire/frames";

import { teach, triedQuery } from "./queries";

export function TryStep() {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const [search] = useSearchParams();
  const agents = useQuery(agentsQuery(api, tenant.id));
  const agent = agents.data?.find(({ id }) => id === search.get("employee")) ?? agents.data?.at(-1);
  if (!agent) {
    return agents.isPending ? <RowSkeletons rows={3} /> : (
      <Empty>
        <p className="mb-4">{t("setup.nobody")}</p>
        <Link to={at("set-up/employee")} className={`${buttonClass("primary")} inline-flex items-center`}>{t("setup.employee")}</Link>
      </Empty>
    );
  }
  return <Tried key={agent.id} agentId={agent.id} name={agent.name} />;
}

function Tried({ agentId, name }: { agentId: string; name: string }) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const [taught, setTaught] = useState<readonly string[]>([]);
  const unknownOf = (all: TriedAll | undefined) => all?.items.filter(({ known }) => !known).map(({ question }) => question) ?? [];
  const [learning, setLearning] = useState(false);
  const tried = useQuery(triedQuery(api, tenant.id, agentId, learning));
  const unknown = unknownOf(tried.data);
  const stillLearning = taught.some((question) => unknown.includes(question));
  if (stillLearning !== learning) setLearning(stillLearning);
  const known = tried.data?.items.filter((each) => each.known) ?? [];
  return (
    <>
      {tried.isPending && <RowSkeletons rows={4} />}
      {tried.isError && !tried.data && <LoadFailed query={tried} />}
      {tried.data && (
        <>
          <p role="status" className="mb-5 text-lg font-semibold">
            {t("setup.answered", { known: tried.data.known, all: tried.data.items.length })}
          </p>
          {unknown.length > 0 && (
            <Section title={t("setup.teachThese", { count: unknown.length })}>
              <Rows label={t("setup.teachThese", { count: unknown.length })}>
                {unknown.map((question) => (
                  <li key={question} className="px-4 py-3">
                    {taught.includes(question) ? (
                      <p className="text-sm text-soft">{question} {t("setup.learning")}</p>
                    ) : (
                      <Teach agentId={agentId} question={question} onTaught={() => { setTaught([...taught, question]); }} />
                    )}
                  </li>
                ))}
              </Rows>
            </Section>
          )}
          {known.length > 0 && (
            <Section title={t("setup.withSource")}>
              <Rows label={t("setup.withSource")}>
                {known.map(({ question, title, quote }) => (
                  <li key={question} className="px-4 py-3">
                    <p className="font-medium wrap-anywhere">{question}</p>
                    <blockquote dir="auto" className="mt-1 text-sm wrap-anywhere text-soft">{quote}</blockquote>
                    <p dir="auto" className="mt-1 text-xs text-soft">{title}</p>
                  </li>
                ))}
              </Rows>
            </Section>
          )}
        </>
      )}
      <p className="mt-8 flex flex-wrap justify-end gap-3">
        <Link to={at(`chat/${agentId}`)} className={`${buttonClass("quiet")} inline-flex items-center`}>{t("setup.talk", { name })}</Link>
        <Link to={at("channels")} className={`${buttonClass("primary")} inline-flex items-center`}>{t("setup.goLive")}</Link>
      </p>
    </>
  );
}

interface TeachProps {
  agentId: string;
  question: string;
  onTaught: () => void;
}

function Teach({ agentId, question, onTaught }: TeachProps) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const [open, setOpen] = useState(false);
  const form = useForm({
    initial: { answer: "" },
    check: ({ answer }) => (answer.trim() === "" ? { answer: { key: "field.empty" } } : {}),
    async send({ answer }) {
      await teach(api, tenant.id, agentId, question, answer.trim());
      onTaught();
    },
  });
  if (!open) {
    return (
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="min-w-40 grow basis-0 font-medium wrap-anywhere">{question}</p>
        <Button aria-label={t("setup.answerIt", { question })} onClick={() => { setOpen(true); }}>{t("setup.answer")}</Button>
      </div>
    );
  }
  return (
    <form {...form.props}>
      <TextField {...form.field("answer")} label={question} multiline="short" />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("setup.save")}>
        <Button onClick={() => { setOpen(false); }}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}
