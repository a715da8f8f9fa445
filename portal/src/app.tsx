import { lazy, Suspense, useEffect } from "react";
import { Route, Routes } from "react-router";

import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { LogInPage } from "@/pages/log-in-page";
import { NoticePage } from "@/pages/notice-page";
import { PersonContext, useLogin, useLoginState } from "@/session/login-context";

const HomePage = lazy(() => import("@/pages/home-page"));
const InvitePage = lazy(() => import("@/pages/invite-page"));

export function App() {
  const { t } = useI18n();
  const login = useLogin();
  const state = useLoginState();

  useEffect(() => {
    void login.restore();
  }, [login]);

  if (state.kind === "unknown") return null;
  if (state.kind === "unreachable") {
    return (
      <NoticePage>
        <p>{t("app.unreachable")}</p>
        <Button onClick={() => void login.restore()}>{t("app.tryAgain")}</Button>
      </NoticePage>
    );
  }
  const person = state.kind === "logged-in" ? state.person : null;
  return (
    <PersonContext value={person}>
      <Suspense fallback={null}>
        <Routes>
          <Route path="/invite" element={<InvitePage />} />
          <Route path="*" element={person ? <HomePage key={person.userId} /> : <LogInPage />} />
        </Routes>
      </Suspense>
    </PersonContext>
  );
}
