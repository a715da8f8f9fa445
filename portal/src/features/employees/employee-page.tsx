/** One employee, to be told how to work from the next message on. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { LoadFailed } from "@/components/load-failed";
import { FormSkeleton } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { EmployeeForm } from "./employee-form";
import { isNotHere, NotHere } from "./not-here";
import { agentQuery, changeAgent } from "./queries";
import { changesOf, type EmployeeValues, valuesOf } from "./rules";

export default function EmployeePage() {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const { agentId = "" } = useParams();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const agent = useQuery(agentQuery(api, tenant.id, agentId));

  const save = async (values: EmployeeValues) => {
    if (!agent.data) return;
    const changes = changesOf(agent.data, values);
    if (Object.keys(changes).length > 0) {
      await changeAgent(api, tenant.id, agentId, changes);
      await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
    }
    await navigate(at("employees"), { state: { saved: values.name.trim() } });
  };

  if (isNotHere(agent.error)) return <NotHere agentId={agentId} />;
  return (
    <Page title={agent.data ? t("employees.editTitle", { name: agent.data.name }) : t("employees.title")}>
      {agent.isError && !agent.data && <LoadFailed query={agent} />}
      {agent.isPending && <FormSkeleton />}
      {agent.data && (
        <EmployeeForm
          key={agent.data.id}
          initial={valuesOf(agent.data)}
          about={agent.data.id}
          submit={t("form.save")}
          send={save}
        />
      )}
    </Page>
  );
}
