import type { UseQueryResult } from "@tanstack/react-query";

import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";

import { Button } from "./button";

/** In the place of what could not be loaded. */
export function LoadFailed({ query }: { query: Pick<UseQueryResult, "error" | "refetch"> }) {
  const { t } = useI18n();
  return (
    <div className="flex flex-col items-center gap-4 rounded-card border border-line px-6 py-10 text-center text-soft">
      <p role="alert">{problemSentence(t, query.error)}</p>
      <Button onClick={() => void query.refetch()}>{t("app.tryAgain")}</Button>
    </div>
  );
}
