import { Component, type ReactNode } from "react";

import { useI18n } from "@/i18n/context";

import { Button } from "./button";
import { NoticePage } from "./notice-page";

/** A fault of ours is told, with a way on, instead of an empty page. */
export class CrashBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    return this.state.crashed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { t } = useI18n();
  return (
    <NoticePage>
      <p>{t("app.crashed")}</p>
      <Button onClick={() => { location.reload(); }}>{t("app.reload")}</Button>
    </NoticePage>
  );
}
