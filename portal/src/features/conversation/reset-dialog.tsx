import { useMutation } from "@tanstack/react-query";

import { Button } from "@/components/button";
import { Dialog, DialogActions } from "@/components/dialog";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { startOver } from "./queries";

interface ResetDialogProps {
  name: string;
  conversationId: string;
  open: boolean;
  onClose: () => void;
}

/** The messages go when the gateway's `reset` comes, here as in every other tab. */
export function ResetDialog({ name, conversationId, open, onClose }: ResetDialogProps) {
  const { t } = useI18n();
  const { api } = useWorkspace();
  const reset = useMutation({ mutationFn: () => startOver(api, conversationId), onSuccess: onClose });
  const close = () => {
    reset.reset();
    onClose();
  };
  return (
    <Dialog title={t("conversation.reset.title", { name })} open={open} onClose={close}>
      <p className="mt-2 text-sm text-soft">{t("conversation.reset.lead", { name })}</p>
      {reset.isError && <p role="alert" className="mt-3 text-sm text-danger">{t("conversation.reset.failed")}</p>}
      <DialogActions>
        <Button onClick={close}>{t("conversation.reset.cancel")}</Button>
        <Button look="danger" disabled={reset.isPending} onClick={() => { reset.mutate(); }}>
          {t("conversation.reset.confirm")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
