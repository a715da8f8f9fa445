/** An installation without a business, as the platform's own people find it. */
import { useState } from "react";

import { Button } from "@/components/button";
import { NoticePage } from "@/components/notice-page";
import { useI18n } from "@/i18n/context";
import { useLogin } from "@/session/login-context";

import { CreateBusinessDialog } from "./business-dialog";

export default function FirstBusinessPage() {
  const { t } = useI18n();
  const login = useLogin();
  const [creating, setCreating] = useState(false);
  return (
    <NoticePage>
      <h1 className="text-xl font-semibold text-ink">{t("businesses.first")}</h1>
      <p>{t("businesses.firstLead")}</p>
      <Button look="primary" onClick={() => { setCreating(true); }}>{t("businesses.create")}</Button>
      <Button look="link" onClick={() => void login.logOut().catch(() => null)}>{t("app.logOut")}</Button>
      <CreateBusinessDialog
        api={login}
        open={creating}
        onClose={() => { setCreating(false); }}
        onCreated={() => { setCreating(false); }}
      />
    </NoticePage>
  );
}
