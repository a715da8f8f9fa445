/** In the place of a page that could not be loaded: why, and once more. */
import type { ReactNode } from "react";

import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";

import { Button } from "./button";
import { NoticePage } from "./notice-page";

interface FailedPageProps {
  error: unknown;
  onRetry: () => void;
  /** What else there is to do. */
  children?: ReactNode;
}

export function FailedPage({ error, onRetry, children }: FailedPageProps) {
  const { t } = useI18n();
  return (
    <NoticePage>
      <p role="alert">{problemSentence(t, error)}</p>
      <Button onClick={onRetry}>{t("app.tryAgain")}</Button>
      {children}
    </NoticePage>
  );
}
