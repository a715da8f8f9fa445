/**
 * What to do about a forgotten password. No mail is sent: somebody who may makes a link and hands it
 * over, and this says who that is.
 */
import { Link } from "react-router";

import { useI18n } from "@/i18n/context";

export default function ForgotPage() {
  const { t } = useI18n();
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-sm rounded-card border border-line bg-surface p-7 shadow-sm">
        <img src="/icon.svg" alt="" className="size-10" />
        <h1 className="mt-5 text-xl font-semibold">{t("login.forgotTitle")}</h1>
        <p className="mt-2 text-sm text-soft">{t("login.forgotLead")}</p>
        <ol className="mt-4 grid list-decimal gap-3 ps-5 text-sm">
          <li>{t("login.forgotAsk")}</li>
          <li>{t("login.forgotMake")}</li>
          <li>{t("login.forgotOpen")}</li>
        </ol>
        <p className="mt-4 text-sm text-soft">{t("login.forgotAlone")}</p>
        <code className="mt-2 block rounded-control bg-hover px-3 py-2 text-sm wrap-anywhere">konstruct user reset --email …</code>
        <p className="mt-6">
          <Link to="/" className="inline-flex min-h-10 items-center text-sm text-accent underline underline-offset-2">
            {t("login.forgotBack")}
          </Link>
        </p>
      </div>
    </main>
  );
}
