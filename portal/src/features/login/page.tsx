import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Link } from "react-router";

import { Button } from "@/components/button";
import { errorSentence, useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useLogin, useLoginState } from "@/session/login-context";

export function LogInPage() {
  const { t } = useI18n();
  const login = useLogin();
  const [busy, setBusy] = useState(false);
  const state = useLoginState();
  const because = state.kind === "logged-out" ? state.because : undefined;
  const [error, setError] = useState(() => (because ? errorSentence(t, because, "") : null));
  const email = useRef<HTMLInputElement>(null);
  const errorId = useId();

  useEffect(() => {
    email.current?.focus();
  }, []);

  const submit = async (form: FormData) => {
    const address = text(form, "email").trim();
    const password = text(form, "password");
    if (!address) { setError(t("login.emailMissing")); return; }
    if (!password) { setError(t("field.passwordMissing")); return; }
    setBusy(true);
    setError(null);
    try {
      await login.logIn(address, password);
    } catch (refusal) {
      setError(problemSentence(t, refusal));
      setBusy(false);
    }
  };

  return (
    <main className="grid min-h-full place-items-center p-4">
      <form
        noValidate
        className="w-full max-w-sm rounded-card border border-line bg-surface p-7 shadow-sm"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <img src="/icon.svg" alt="" className="size-10" />
        <h1 className="mt-5 text-xl font-semibold">{t("login.title")}</h1>
        <p className="mt-1 text-sm text-soft">{t("login.lead")}</p>
        <Field label={t("field.email")}>
          <input
            ref={email}
            name="email"
            // Not `email`: of an address with letters like ü a browser sends what nobody typed.
            type="text"
            inputMode="email"
            autoCapitalize="none"
            spellCheck={false}
            autoComplete="username"
            aria-describedby={errorId}
            className={INPUT}
          />
        </Field>
        <Field label={t("field.password")}>
          <input
            name="password"
            type="password"
            autoComplete="current-password"
            aria-describedby={errorId}
            className={INPUT}
          />
        </Field>
        <p id={errorId} role="alert" className="mt-4 min-h-5 text-sm text-danger">{error}</p>
        <Button type="submit" look="primary" disabled={busy} className="mt-3 w-full">
          {busy ? t("login.busy") : t("login.submit")}
        </Button>
        <p className="mt-4 text-sm">
          <Link to="/forgot" className="inline-flex min-h-10 items-center text-accent underline underline-offset-2">{t("login.forgot")}</Link>
        </p>
      </form>
    </main>
  );
}

const INPUT =
  "mt-1.5 block w-full rounded-control border border-field bg-raised px-3 py-2.5 text-base text-ink";

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="mt-5 block text-sm font-medium">
      {label}
      {children}
    </label>
  );
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
