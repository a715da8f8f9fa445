/** Before a draft answers people: what is otherwise in it, and what it is for. */
import { useQueryClient } from "@tanstack/react-query";

import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FormFooter } from "@/components/form/form-footer";
import { oneLine, told } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { Differences } from "./differences";
import { type Employee, publishDraft } from "./queries";

const MAX_NOTE = 200;

interface PublishDialogProps {
  employee: Employee;
  open: boolean;
  onClose: () => void;
}

export function PublishDialog({ open, onClose, employee }: PublishDialogProps) {
  const { t } = useI18n();
  return (
    <Dialog title={t("employee.publishTitle")} open={open} onClose={onClose} sticky>
      <PublishForm employee={employee} onClose={onClose} />
    </Dialog>
  );
}

function PublishForm({ employee, onClose }: Omit<PublishDialogProps, "open">) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const { agent, edited } = employee;
  const { name } = agent;
  const form = useForm({
    initial: { note: "" },
    check: ({ note }) => told({ note: oneLine(note, MAX_NOTE, { mayBeEmpty: true }) }),
    async send({ note }) {
      const how = { revision: edited.revision, ...(note.trim() ? { note: note.trim() } : {}) };
      const now = await publishDraft(api, tenant.id, agent.id, how);
      onClose();
      tell({ sentence: t("employee.isPublished", { name: now.name, n: now.published_version }) });
      await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
    },
  });
  return (
    <form {...form.props}>
      <p className="mt-2 text-sm text-soft">{t("employee.publishLead", { name, n: edited.published_version })}</p>
      <div className="mt-4 max-h-[45dvh] overflow-y-auto">
        <Differences of={edited.draft?.differences ?? []} />
      </div>
      <TextField
        {...form.field("note")}
        label={t("employee.publishNote")}
        help={t("employee.publishNoteHelp")}
        autoComplete="off"
        className="mt-4"
      />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("employee.publish")}>
        <Button onClick={onClose}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}
