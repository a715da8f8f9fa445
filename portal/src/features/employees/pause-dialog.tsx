/** Pauses an employee, and asks what people should see meanwhile. */
import { useQueryClient } from "@tanstack/react-query";

import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Agent } from "@/wire/frames";

import { changeAgent } from "./queries";
import { checkNotice } from "./rules";

interface PauseDialogProps {
  agent: Agent;
  open: boolean;
  onClose: () => void;
  onPaused: () => void;
}

export function PauseDialog({ agent, open, ...rest }: PauseDialogProps) {
  const { t } = useI18n();
  return (
    <Dialog title={t("employees.pauseTitle", { name: agent.name })} open={open} onClose={rest.onClose} sticky>
      <PauseForm agent={agent} {...rest} />
    </Dialog>
  );
}

function PauseForm({ agent, onClose, onPaused }: Omit<PauseDialogProps, "open">) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const form = useForm({
    initial: { notice: agent.paused_notice ?? "" },
    check: checkNotice,
    async send({ notice }) {
      const changes = { status: "paused", paused_notice: notice.trim() || null } as const;
      await changeAgent(api, tenant.id, agent.id, changes);
      await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
      onPaused();
      onClose();
    },
  });
  return (
    <form {...form.props}>
      <p className="mt-2 text-sm text-soft">{t("employees.pauseLead", { name: agent.name })}</p>
      <TextField
        {...form.field("notice")}
        label={t("employees.pauseNotice")}
        help={t("employees.pauseNoticeHelp")}
        autoComplete="off"
        dir="auto"
        className="mt-5"
      />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("employees.pause")}>
        <Button onClick={onClose}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}
