/**
 * What a link to a new password opens, `/reset#<token>`. The token stands behind the #, which is sent
 * to no server.
 */
import { useState } from "react";
import { Link, useLocation } from "react-router";

import { buttonClass } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import { newPassword, told } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { useI18n } from "@/i18n/context";
import { request } from "@/wire/request";

export default function ResetPage() {
  const { t } = useI18n();
  const token = useLocation().hash.slice(1);
  const [done, setDone] = useState(false);
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-sm rounded-card border border-line bg-surface p-7 shadow-sm">
        <img src="/icon.svg" alt="" className="size-10" />
        <h1 className="mt-5 text-xl font-semibold">{t("login.reset")}</h1>
        {done ? (
          <>
            <p role="status" className="mt-2 text-soft">{t("login.resetDone")}</p>
            <p className="mt-6 flex justify-end">
              <Link to="/" replace className={`${buttonClass("primary")} inline-flex items-center`}>{t("login.title")}</Link>
            </p>
          </>
        ) : token ? (
          <ResetForm token={token} onDone={() => { setDone(true); }} />
        ) : (
          <p role="alert" className="mt-2 text-soft">{t("error.reset_link_used")}</p>
        )}
      </div>
    </main>
  );
}

function ResetForm({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useI18n();
  const form = useForm({
    initial: { password: "" },
    check: ({ password }) => told({ password: newPassword(password) }),
    blame: { password_repeats: "password", password_is_name: "password" },
    async send({ password }) {
      await request("/auth/reset", { method: "POST", body: { token, password } });
      onDone();
    },
  });
  return (
    <form {...form.props}>
      <p className="mt-1 text-sm text-soft">{t("login.resetLead")}</p>
      <TextField
        {...form.field("password")}
        label={t("field.password")}
        help={t("login.resetHelp")}
        type="password"
        autoComplete="new-password"
        className="mt-5"
        required
      />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("login.resetSubmit")} />
    </form>
  );
}
