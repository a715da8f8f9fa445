/** A question and the answer to it, to be typed. */
import { Button } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import type { Complaints } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { useI18n } from "@/i18n/context";

type Field = "question" | "answer";

interface AnswerFormProps {
  question: string;
  send: (question: string, answer: string) => Promise<void>;
  /** What is told while it is sent. */
  busy?: string;
  onClose?: () => void;
}

export function AnswerForm({ question, send, busy, onClose }: AnswerFormProps) {
  const { t } = useI18n();
  const form = useForm<Field>({
    initial: { question, answer: "" },
    check(values) {
      const missing: Complaints<Field> = {};
      for (const field of ["question", "answer"] as const) {
        if (!values[field].trim()) missing[field] = { key: "knowledge.missing" };
      }
      return missing;
    },
    send: (values) => send(values.question.trim(), values.answer.trim()),
  });
  return (
    <form {...form.props} className="grid gap-4">
      <TextField {...form.field("question")} label={t("knowledge.question")} autoComplete="off" />
      <TextField {...form.field("answer")} label={t("knowledge.answer")} multiline />
      <p role="status" className="text-sm text-soft empty:hidden">{form.busy && busy}</p>
      <FormFooter problem={form.problem} busy={form.busy} submit={t("knowledge.teach")}>
        {onClose && <Button onClick={onClose}>{t("form.cancel")}</Button>}
      </FormFooter>
    </form>
  );
}
