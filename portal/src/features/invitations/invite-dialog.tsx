/** Invites somebody: an address and a role in, a link out, which is shown this once. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";

import { Button } from "@/components/button";
import { Dialog, DialogActions } from "@/components/dialog";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { OnceLink } from "@/components/once-link";
import { useI18n } from "@/i18n/context";
import { fullTime } from "@/i18n/time";
import { MEMBER_ROLES } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";
import type { MemberRole, NewInvitation } from "@/wire/frames";

import { isLoopback } from "./loopback";
import { invite } from "./queries";
import { checkInvitation } from "./rules";

interface InviteDialogProps {
  open: boolean;
  /** Whom a business without people needs first. */
  firstRole: MemberRole;
  onClose: () => void;
}

export function InviteDialog({ open, firstRole, onClose }: InviteDialogProps) {
  const { t } = useI18n();
  const { tenant } = useWorkspace();
  const [made, setMade] = useState<NewInvitation | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Dialog
      title={made ? t("invitations.invite.made", { email: made.email }) : t("invitations.invite.title", { business: tenant.name })}
      open={open}
      onClose={close}
      sticky
    >
      {made ? (
        <MadeLink invitation={made} onClose={close} />
      ) : (
        <InviteForm firstRole={firstRole} onMade={setMade} onClose={close} />
      )}
    </Dialog>
  );
}

interface InviteFormProps {
  firstRole: MemberRole;
  onMade: (invitation: NewInvitation) => void;
  onClose: () => void;
}

function InviteForm({ firstRole, onMade, onClose }: InviteFormProps) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const id = useId();
  const [role, setRole] = useState<MemberRole>(firstRole);
  const form = useForm({
    initial: { email: "" },
    check: checkInvitation,
    blame: { already_a_member: "email", bad_email: "email" },
    async send({ email }) {
      onMade(await invite(api, tenant.id, email.trim(), role));
      void queries.invalidateQueries({ queryKey: ["invitations", tenant.id] });
    },
  });
  return (
    <form {...form.props}>
      <TextField
        {...form.field("email")}
        label={t("field.email")}
        // Not `email`: of an address with letters like ü a browser sends what nobody typed.
        type="text"
        inputMode="email"
        autoCapitalize="none"
        spellCheck={false}
        autoComplete="off"
        className="mt-5"
        required
      />
      <fieldset className="mt-5">
        <legend className="text-sm font-medium">{t("role.label")}</legend>
        {MEMBER_ROLES.map((each) => (
          <div
            key={each}
            className="relative mt-1.5 flex items-start gap-3 rounded-control border border-field px-3 py-2.5 text-sm has-checked:border-accent has-checked:bg-mine"
          >
            <input
              id={`${id}-${each}`}
              type="radio"
              name="role"
              aria-describedby={`${id}-${each}-lead`}
              className="mt-1 accent-accent"
              checked={role === each}
              onChange={() => { setRole(each); }}
            />
            <div>
              {/* All of the box is the label's to click. */}
              <label htmlFor={`${id}-${each}`} className="block cursor-pointer font-medium after:absolute after:inset-0">
                {t(`role.${each}`)}
              </label>
              <p id={`${id}-${each}-lead`} className="text-soft">{t(`role.${each}.lead`)}</p>
            </div>
          </div>
        ))}
      </fieldset>
      <FormFooter problem={form.problem} busy={form.busy} submit={t("invitations.invite.submit")}>
        <Button onClick={onClose}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}

function MadeLink({ invitation, onClose }: { invitation: NewInvitation; onClose: () => void }) {
  const { t, language } = useI18n();
  const { href: link, host, hostname } = new URL(invitation.url);
  return (
    <>
      <p className="mt-2 text-sm text-soft">{t("invitations.invite.madeLead")}</p>
      <OnceLink url={link} label={t("invitations.invite.link")} copy={t("invitations.invite.copy")} />
      <p className="mt-3 text-sm text-soft">
        {t("invitations.invite.expires", { time: fullTime(language, invitation.expires_at) })}
      </p>
      {isLoopback(hostname) && (
        <p role="alert" className="mt-3 rounded-control border border-danger bg-danger-ground px-3 py-2 text-sm">
          {t("invitations.invite.loopback", { host })}
        </p>
      )}
      <DialogActions>
        <Button look="primary" onClick={onClose}>{t("form.done")}</Button>
      </DialogActions>
    </>
  );
}
