/** The person's own talks: the employees in a column, and beside it the one talked to. */
import { useQuery } from "@tanstack/react-query";
import { Outlet, useMatch } from "react-router";

import { NoticePage } from "@/components/notice-page";
import { useTitle } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { workingQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";

import { EmployeeList } from "./employee-list";

/** On a phone either the column is there or the talk. */
export function ChatPlace() {
  const { t } = useI18n();
  const talking = useMatch("/b/:business/chat/:agent") !== null;
  return (
    <div className="flex h-full">
      <div
        className={`flex h-full flex-col border-e border-line bg-ground max-md:w-full md:w-72 md:shrink-0 xl:w-80 ${talking ? "max-md:hidden" : ""}`}
      >
        <p aria-hidden="true" className="flex h-16 shrink-0 items-center px-5 text-lg font-semibold">{t("chat.title")}</p>
        <div className="min-h-0 grow overflow-y-auto px-3 pb-3">
          <EmployeeList />
        </div>
      </div>
      <div className={`h-full min-w-0 grow ${talking ? "" : "max-md:sr-only"}`}>
        <Outlet />
      </div>
    </div>
  );
}

/** Beside the column when nobody is chosen yet. */
export function ChooseEmployee() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const agents = useQuery(workingQuery(api, tenant.id));
  useTitle(t("chat.title"));
  return <NoticePage><h1>{t(agents.data?.length === 0 ? "app.noEmployees" : "chat.choose")}</h1></NoticePage>;
}
