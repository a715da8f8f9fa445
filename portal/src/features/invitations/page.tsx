/**
 * What an invitation's link opens, `/invite#<token>`: somebody new chooses a password, somebody known
 * proves who they are, and they are in. The token stands behind the #, which is sent to no server.
 */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";

import { Button } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { type Translate, useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { fullTime } from "@/i18n/time";
import { useLogin, useLoginState } from "@/session/login-context";
import { forgetPerson } from "@/session/personal";
import { Refused } from "@/wire/errors";
import type { Offer } from "@/wire/frames";

import { offerQuery } from "./queries";
import { checkNewcomer, PASSWORD_BLAME } from "./rules";

export default function InvitePage() {
  const { t } = useI18n();
  const invitation = useLocation().hash.slice(1);
  useEffect(() => {
    document.title = `${t("invitations.join.heading")} · ${t("app.name")}`;
    return () => { document.title = t("app.name"); };
  }, [t]);
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-sm rounded-card border border-line bg-surface p-7 shadow-sm">
        <img src="/icon.svg" alt="" className="size-10" />
        {invitation ? <Invitation key={invitation} invitation={invitation} /> : <Dead sentence={t("invitations.join.noToken")} />}
      </div>
    </main>
  );
}

function Invitation({ invitation }: { invitation: string }) {
  const { t, language } = useI18n();
  const offer = useQuery(offerQuery(invitation));
  if (offer.isPending) {
    return (
      <div role="status" className="mt-5 h-40 animate-pulse space-y-3">
        <span className="sr-only">{t("app.loading")}</span>
        <span className="block h-6 w-3/4 rounded-tag bg-hover" />
        <span className="block h-4 w-full rounded-tag bg-hover" />
        <span className="block h-4 w-1/2 rounded-tag bg-hover" />
      </div>
    );
  }
  if (offer.isError) {
    const dead = offer.error instanceof Refused && offer.error.status === 404;
    return (
      <Dead sentence={joinProblem(t, offer.error) ?? problemSentence(t, offer.error)}>
        {!dead && <Button onClick={() => void offer.refetch()}>{t("app.tryAgain")}</Button>}
      </Dead>
    );
  }
  const { tenant_name: business, role, expires_at } = offer.data;
  return (
    <>
      <h1 className="mt-5 text-xl font-semibold wrap-anywhere">{t("invitations.join.title", { business })}</h1>
      <p className="mt-1 text-sm text-soft">
        {t("invitations.join.lead", { role: t(`role.${role}`), time: fullTime(language, expires_at) })}
      </p>
      <Acceptance invitation={invitation} offer={offer.data} />
    </>
  );
}

function Acceptance({ invitation, offer }: { invitation: string; offer: Offer }) {
  const state = useLoginState();
  if (state.kind !== "logged-in") {
    return offer.has_account ? (
      <KnownForm invitation={invitation} offer={offer} />
    ) : (
      <NewcomerForm invitation={invitation} offer={offer} />
    );
  }
  return state.person.email.toLowerCase() === offer.email.toLowerCase() ? (
    <JoinForm invitation={invitation} offer={offer} />
  ) : (
    <SomebodyElse email={state.person.email} userId={state.person.userId} invited={offer.email} />
  );
}

interface AcceptanceProps {
  invitation: string;
  offer: Offer;
}

function NewcomerForm({ invitation, offer }: AcceptanceProps) {
  const { t } = useI18n();
  const join = useJoin(invitation);
  const form = useForm({
    initial: { name: "", password: "" },
    check: checkNewcomer,
    blame: PASSWORD_BLAME,
    send: ({ name, password }) => join({ display_name: name.trim(), password }),
    explain: joinProblem,
  });
  return (
    <form {...form.props}>
      <Address email={offer.email} />
      <TextField {...form.field("name")} label={t("invitations.join.name")} autoComplete="name" className="mt-5" required />
      <TextField
        {...form.field("password")}
        label={t("field.password")}
        help={t("invitations.join.passwordHelp")}
        type="password"
        autoComplete="new-password"
        className="mt-5"
        required
      />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("invitations.join.create")} />
    </form>
  );
}

/** Who has an account is not let in by the link alone. */
function KnownForm({ invitation, offer }: AcceptanceProps) {
  const { t } = useI18n();
  const join = useJoin(invitation);
  const form = useForm({
    initial: { password: "" },
    check: ({ password }) => (password ? {} : { password: { key: "field.passwordMissing" } }),
    blame: PASSWORD_BLAME,
    send: ({ password }) => join({ password }),
    explain: joinProblem,
  });
  return (
    <form {...form.props}>
      <Address email={offer.email} />
      <TextField
        {...form.field("password")}
        label={t("field.password")}
        help={t("invitations.join.knownHelp")}
        type="password"
        autoComplete="current-password"
        className="mt-5"
        required
      />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("invitations.join.logIn")} />
    </form>
  );
}

function JoinForm({ invitation, offer }: AcceptanceProps) {
  const { t } = useI18n();
  const join = useJoin(invitation);
  const form = useForm({ initial: {}, check: () => ({}), send: () => join({}), explain: joinProblem });
  return (
    <form {...form.props}>
      <p className="mt-5 text-sm wrap-anywhere">{t("invitations.join.loggedInAs", { email: offer.email })}</p>
      <FormFooter problem={form.problem} busy={form.busy} submit={t("invitations.join.submit", { business: offer.tenant_name })}>
        <WayHome />
      </FormFooter>
    </form>
  );
}

function SomebodyElse({ email, userId, invited }: { email: string; userId: string; invited: string }) {
  const { t } = useI18n();
  const login = useLogin();
  const [failure, setFailure] = useState<unknown>(null);
  const logOut = async () => {
    try {
      await login.logOut();
      forgetPerson(userId);
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <>
      <p className="mt-5 text-sm wrap-anywhere">{t("invitations.join.somebodyElse", { invited, email })}</p>
      <p role="alert" className="mt-3 text-sm text-danger empty:mt-0">
        {failure !== null && t("app.logOutFailed", { reason: problemSentence(t, failure) })}
      </p>
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        <WayHome />
        <Button look="primary" onClick={() => void logOut()}>{t("invitations.join.logOut")}</Button>
      </div>
    </>
  );
}

/** For password managers too, which keep it with the password. */
function Address({ email }: { email: string }) {
  const { t } = useI18n();
  return (
    <TextField
      label={t("field.email")}
      name="email"
      type="text"
      autoComplete="username"
      value={email}
      onChange={() => undefined}
      readOnly
      className="mt-5"
    />
  );
}

function Dead({ sentence, children }: { sentence: string; children?: ReactNode }) {
  const { t } = useI18n();
  return (
    <>
      <h1 className="mt-5 text-xl font-semibold">{t("invitations.join.heading")}</h1>
      <p role="alert" className="mt-2 text-soft">{sentence}</p>
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        <WayHome />
        {children}
      </div>
    </>
  );
}

function WayHome() {
  const { t } = useI18n();
  return (
    <Link to="/" replace className="inline-flex min-h-10 items-center px-2 text-sm text-accent underline underline-offset-2">
      {t("invitations.join.home")}
    </Link>
  );
}

/** In the business at once; the link is used up, and out of the address. */
function useJoin(invitation: string) {
  const login = useLogin();
  const navigate = useNavigate();
  return async (body: { display_name?: string; password?: string }) => {
    await login.acceptInvitation(invitation, body);
    await navigate("/", { replace: true });
  };
}

function joinProblem(t: Translate, error: unknown): string | undefined {
  return error instanceof Refused && error.status === 404 ? t("invitations.join.badLink") : undefined;
}
