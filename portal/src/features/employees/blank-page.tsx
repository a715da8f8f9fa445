/** Hiring with an empty form. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { EmployeeForm } from "./employee-form";
import { hire } from "./queries";
import { employeeOf, type EmployeeValues } from "./rules";

const NOBODY_YET: EmployeeValues = { name: "", role: "", instructions: "", model: "" };

export default function BlankPage() {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const queries = useQueryClient();
  const navigate = useNavigate();

  const hireThem = async (values: EmployeeValues) => {
    const { id, name } = await hire(api, tenant.id, employeeOf(values));
    await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
    await navigate(at("employees"), { state: { hired: { id, name } } });
  };

  return (
    <Page title={t("employees.hireTitle")}>
      <EmployeeForm initial={NOBODY_YET} about="new" submit={t("employees.hire")} send={hireThem} />
    </Page>
  );
}
