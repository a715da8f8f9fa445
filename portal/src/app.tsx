import { lazy, Suspense, useEffect } from "react";
import { Route, Routes } from "react-router";

import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { LogInPage } from "@/pages/log-in-page";
import { NoticePage } from "@/pages/notice-page";
import { PersonContext, useLogin, useLoginState } from "@/session/login-context";

const HomePage = lazy(() => import("@/pages/home-page"));

export function App() {
  const { t } = useI18n();
  const login = useLogin();
  const state = useLoginState();

  useEffect(() => {
    void login.restore();
  }, [login]);

  if (state.kind === "unknown") return null;
  if (state.kind === "logged-out") return <LogInPage />;
  if (state.kind === "unreachable") {
    return (
      <NoticePage>
        <p>{t("app.unreachable")}</p>
        <Button onClick={() => void login.restore()}>{t("app.tryAgain")}</Button>
      </NoticePage>
    );
  }
  return (
    <PersonContext value={state.person}>
      <Suspense fallback={null}>
        <Routes>
          <Route path="/" element={<HomePage key={state.person.userId} />} />
          <Route path="/employees/:agentId" element={<HomePage key={state.person.userId} />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </PersonContext>
  );
}

function NotFound() {
  const { t } = useI18n();
  return (
    <NoticePage>
      <p>{t("app.notFound")}</p>
      <a className="text-accent underline" href="/">{t("app.home")}</a>
    </NoticePage>
  );
}
