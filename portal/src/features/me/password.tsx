import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { FormFooter } from "@/components/form/form-footer";
import { newPassword, told } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { changePassword } from "./queries";

const BLAME = {
  wrong_password: "old",
  password_same: "fresh",
  password_repeats: "fresh",
  password_is_name: "fresh",
} as const;

export function Password() {
  // Changed, it begins anew and empty.
  const [changes, setChanges] = useState(0);
  return <PasswordForm key={changes} onChanged={() => { setChanges(changes + 1); }} />;
}

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const { t } = useI18n();
  const { api } = useWorkspace();
  const queries = useQueryClient();
  const form = useForm({
    initial: { old: "", fresh: "" },
    check: ({ old, fresh }) =>
      told({ old: old ? undefined : { key: "field.passwordMissing" }, fresh: newPassword(fresh) }),
    blame: BLAME,
    async send({ old, fresh }) {
      await changePassword(api, old, fresh);
      await queries.invalidateQueries({ queryKey: ["sessions"] });
      tell({ sentence: t("me.passwordChanged") });
      onChanged();
    },
  });
  return (
    <form {...form.props} className="max-w-sm">
      <TextField {...form.field("old")} label={t("me.passwordOld")} type="password" autoComplete="current-password" required />
      <TextField
        {...form.field("fresh")}
        label={t("me.passwordNew")}
        help={t("me.passwordHelp")}
        type="password"
        autoComplete="new-password"
        className="mt-5"
        required
      />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("me.passwordChange")} />
    </form>
  );
}
