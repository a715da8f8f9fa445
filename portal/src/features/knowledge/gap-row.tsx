/** One question that has no source: how often it was asked, what was said, and the answer to type. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { listTime } from "@/i18n/time";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Gap, Taught } from "@/wire/frames";

import { AnswerForm } from "./answer-form";
import { answerGap, dismissGap } from "./queries";

interface GapRowProps {
  gap: Gap;
  onTaught: (name: string, how: Taught) => void;
}

export function GapRow({ gap, onTaught }: GapRowProps) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const [answering, setAnswering] = useState(false);
  const { question, answer, times, people, others, last_asked, agent_id } = gap;
  const name = useQuery(agentsQuery(api, tenant.id)).data?.find(({ id }) => id === agent_id)?.name ?? "";
  const who = people === 1 ? t("knowledge.people.one") : t("knowledge.people.more", { count: people });
  const often = times === 1 ? t("knowledge.times.one") : t("knowledge.times.more", { times, people: who });
  const dismiss = async () => {
    try {
      await dismissGap(api, tenant.id, gap);
      tell({ sentence: t("knowledge.dismissed") });
    } catch (error) {
      tell({ sentence: problemSentence(t, error) });
    }
    await queries.invalidateQueries({ queryKey: ["knowledge", tenant.id, "gaps"] });
  };
  return (
    <li className="px-4 py-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-56 grow basis-0">
          <h2 dir="auto" className="font-medium wrap-anywhere">{question}</h2>
          <p className="text-sm text-soft">
            {often} · {t("knowledge.lastAsked", { time: listTime(language, last_asked) })}
          </p>
        </div>
        {!answering && (
          <div className="flex flex-wrap gap-2">
            <Button look="primary" aria-label={t("knowledge.answerNowName", { question })} onClick={() => { setAnswering(true); }}>
              {t("knowledge.answerNow")}
            </Button>
            <Button aria-label={t("knowledge.dismissName", { question })} onClick={() => void dismiss()}>{t("knowledge.dismiss")}</Button>
          </div>
        )}
      </div>
      {others.length > 0 && (
        <p className="mt-2 text-sm wrap-anywhere text-soft">{t("knowledge.askedAs")}: {others.map((each) => `“${each}”`).join(" · ")}</p>
      )}
      {answer && <p className="mt-1 line-clamp-2 text-sm wrap-anywhere text-soft">{t("knowledge.said", { name })}: “{answer}”</p>}
      {answering && (
        <div className="mt-4">
          <AnswerForm
            question={question}
            busy={t("knowledge.trying", { name })}
            send={async (asked, typed) => {
              onTaught(name, await answerGap(api, tenant.id, gap, asked, typed));
              setAnswering(false);
            }}
            onClose={() => { setAnswering(false); }}
          />
        </div>
      )}
    </li>
  );
}
