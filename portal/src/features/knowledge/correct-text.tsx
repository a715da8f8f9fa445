/** The text of a document, written anew by an admin where it was read wrongly. */
import { useQueryClient } from "@tanstack/react-query";

import { Button } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { DocumentText } from "@/wire/frames";

import { correctDocument } from "./queries";

interface CorrectTextProps {
  of: DocumentText;
  onSaved: () => void;
  onClose: () => void;
}

export function CorrectText({ of, onSaved, onClose }: CorrectTextProps) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const form = useForm({
    initial: { text: of.text },
    check: ({ text }): { text?: { key: "knowledge.missing" } } => (text.trim() ? {} : { text: { key: "knowledge.missing" } }),
    send: async ({ text }) => {
      await correctDocument(api, tenant.id, of, text);
      await queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] });
      onSaved();
    },
  });
  return (
    <form {...form.props}>
      <TextField {...form.field("text")} label={t("knowledge.correctLabel")} multiline />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("knowledge.save")}>
        <Button onClick={onClose}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}
