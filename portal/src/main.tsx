import "./index.css";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";

import { Unreachable } from "@/wire/errors";
import { App } from "./app";
import { CrashBoundary } from "@/components/crash-boundary";
import { firstWords } from "@/i18n/language";
import { I18nProvider } from "@/i18n/provider";
import { applyAppearance } from "@/session/appearance";
import { Login } from "@/session/login";
import { LoginContext } from "@/session/login-context";

applyAppearance();
const login = new Login();
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal does not change by asking again.
      retry: (failures, error) => error instanceof Unreachable && failures < 3,
      // Browsers may call a machine offline that still reaches its own gateway.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

// One person's data is never shown to the next.
login.subscribe(() => {
  if (login.getState().kind === "logged-out") queries.clear();
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
const page = createRoot(root);
void firstWords().then((words) => {
  page.render(
    <StrictMode>
      <I18nProvider first={words}>
        <CrashBoundary>
          <QueryClientProvider client={queries}>
            <LoginContext value={login}>
              <BrowserRouter>
                <App />
              </BrowserRouter>
            </LoginContext>
          </QueryClientProvider>
        </CrashBoundary>
      </I18nProvider>
    </StrictMode>,
  );
});
