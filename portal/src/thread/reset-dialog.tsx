import { useMutation } from "@tanstack/react-query";
import { useId } from "react";

import { Button } from "@/components/button";
import { Modal } from "@/components/modal";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

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
  const title = useId();
  const reset = useMutation({ mutationFn: () => api.reset(conversationId), onSuccess: onClose });
  const close = () => {
    reset.reset();
    onClose();
  };
  return (
    <Modal
      open={open}
      onClose={close}
      aria-labelledby={title}
      className="m-auto w-full max-w-sm rounded-2xl border border-line bg-raised text-ink shadow-xl backdrop:bg-black/40"
    >
      <div className="p-6">
        <h2 id={title} className="text-lg font-semibold">{t("reset.title", { name })}</h2>
        <p className="mt-2 text-sm text-soft">{t("reset.lead", { name })}</p>
        {reset.isError && <p role="alert" className="mt-3 text-sm text-danger">{t("reset.failed")}</p>}
        <div className="mt-6 flex flex-wrap justify-end gap-3">
          <Button onClick={close}>{t("reset.cancel")}</Button>
          <Button look="danger" disabled={reset.isPending} onClick={() => { reset.mutate(); }}>
            {t("reset.confirm")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
