/** A question and its answer, typed in: knowledge of a few words. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Done } from "@/components/done";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { AnswerForm } from "./answer-form";
import { addAnswer } from "./queries";

export function Teach() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const [taught, setTaught] = useState(0);
  return (
    <>
      <AnswerForm
        key={taught}
        question=""
        send={async (question, answer) => {
          await addAnswer(api, tenant.id, question, answer);
          await queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] });
          setTaught((count) => count + 1);
        }}
      />
      <Done className="mt-3">{taught > 0 && t("knowledge.taught")}</Done>
    </>
  );
}
