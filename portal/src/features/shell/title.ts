/** What the browser calls this tab: how much waits unread, the page, and the portal. */
import { useEffect } from "react";

import { useI18n } from "@/i18n/context";

import { useUnread } from "./rail";

export function useTitle(title: string): void {
  const { t } = useI18n();
  const unread = useUnread();
  useEffect(() => {
    const name = `${title} · ${t("app.name")}`;
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
    return () => { document.title = t("app.name"); };
  }, [title, unread, t]);
}
