/** A link with which a person who has forgotten their password sets a new one. It is shown this once. */
import { useMutation } from "@tanstack/react-query";

import { Button } from "@/components/button";
import { Dialog, DialogActions } from "@/components/dialog";
import { OnceLink } from "@/components/once-link";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useWorkspace } from "@/session/workspace";
import type { Member } from "@/wire/frames";

import { makeResetLink } from "./queries";

interface PasswordLinkDialogProps {
  member: Member;
  open: boolean;
  onClose: () => void;
}

export function PasswordLinkDialog({ member, open, onClose }: PasswordLinkDialogProps) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const make = useMutation({ mutationFn: () => makeResetLink(api, tenant.id, member.id) });
  const name = member.display_name || member.email;
  const close = () => {
    make.reset();
    onClose();
  };
  return (
    <Dialog title={t("people.passwordTitle", { name })} open={open} onClose={close} sticky>
      <p className="mt-2 text-sm text-soft">{t(make.data ? "people.passwordMade" : "people.passwordLead", { name })}</p>
      {make.data && (
        <OnceLink url={make.data.url} label={t("people.passwordLink")} copy={t("people.passwordCopy")} />
      )}
      {make.data?.url_warning && <p className="mt-3 text-sm text-danger">{make.data.url_warning}</p>}
      <p role="alert" className="mt-3 text-sm text-danger empty:mt-0">
        {make.isError && problemSentence(t, make.error)}
      </p>
      <DialogActions>
        {make.data ? (
          <Button look="primary" onClick={close}>{t("form.done")}</Button>
        ) : (
          <>
            <Button onClick={close}>{t("form.cancel")}</Button>
            <Button
              look="primary"
              aria-disabled={make.isPending}
              className="aria-disabled:opacity-50"
              onClick={() => { if (!make.isPending) make.mutate(); }}
            >
              {t("people.passwordMake")}
            </Button>
          </>
        )}
      </DialogActions>
    </Dialog>
  );
}
