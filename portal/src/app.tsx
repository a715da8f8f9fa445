import { lazy, Suspense, useEffect } from "react";
import { Route, Routes, useLocation } from "react-router";

import { FailedPage } from "@/components/failed-page";
import { LogInPage } from "@/features/login/page";
import { PersonContext, useLogin, useLoginState } from "@/session/login-context";

const Pages = lazy(() => import("@/pages"));
const EnterPage = lazy(() => import("@/features/login/enter-page"));
// A build has none: what only developers look at is left out of it.
const Kit = import.meta.env.DEV ? lazy(() => import("@/dev/kit")) : null;
const ForgotPage = lazy(() => import("@/features/login/forgot-page"));
const ResetPage = lazy(() => import("@/features/login/reset-page"));
const InvitePage = lazy(() => import("@/features/invitations/page"));

export function App() {
  const { pathname } = useLocation();
  return Kit && pathname === "/dev/kit" ? <Suspense fallback={null}><Kit /></Suspense> : <Portal />;
}

function Portal() {
  const login = useLogin();
  const state = useLoginState();

  useEffect(() => {
    void login.restore();
  }, [login]);

  if (state.kind === "unknown") return null;
  if (state.kind === "failed") {
    return <FailedPage error={state.error} onRetry={() => void login.restore()} />;
  }
  const person = state.kind === "logged-in" ? state.person : null;
  return (
    <PersonContext value={person}>
      <Suspense fallback={null}>
        <Routes>
          <Route path="/enter" element={<EnterPage />} />
          <Route path="/invite" element={<InvitePage />} />
          <Route path="/forgot" element={<ForgotPage />} />
          <Route path="/reset" element={<ResetPage />} />
          <Route path="*" element={person ? <Pages key={person.userId} /> : <LogInPage />} />
        </Routes>
      </Suspense>
    </PersonContext>
  );
}
