/** Asks before what others will feel or nobody can take back, and tells there why it did not work. */
import { useMutation } from "@tanstack/react-query";

import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";

import { Button } from "./button";
import { Dialog, DialogActions } from "./dialog";

interface ConfirmDialogProps {
  title: string;
  lead: string;
  confirm: string;
  /** Whether something is lost by it. */
  look?: "danger" | "primary";
  open: boolean;
  onClose: () => void;
  action: () => Promise<unknown>;
  onDone: () => void;
}

export function ConfirmDialog({ title, lead, confirm, look = "danger", open, onClose, action, onDone }: ConfirmDialogProps) {
  const { t } = useI18n();
  const run = useMutation({
    mutationFn: action,
    onSuccess() {
      onClose();
      onDone();
    },
  });
  const close = () => {
    run.reset();
    onClose();
  };
  return (
    <Dialog title={title} open={open} onClose={close}>
      <p className="mt-2 text-sm text-soft">{lead}</p>
      <p role="alert" className="mt-3 text-sm text-danger empty:mt-0">
        {run.isError && problemSentence(t, run.error)}
      </p>
      <DialogActions>
        <Button onClick={close}>{t("form.cancel")}</Button>
        <Button
          look={look}
          aria-disabled={run.isPending}
          className="aria-disabled:opacity-50"
          onClick={() => { if (!run.isPending) run.mutate(); }}
        >
          {confirm}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
