/** Which key answers for each employee: the business's default, or one of its own. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Done } from "@/components/done";
import { Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { Select } from "@/components/select";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { ModelKeys } from "@/wire/frames";

import { chooseForEmployee } from "./queries";

const DEFAULT = "default";

export function EmployeesKeys({ keys: { items, employees } }: { keys: ModelKeys }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const agents = useQuery(agentsQuery(api, tenant.id));
  const [said, setSaid] = useState("");
  const save = async (agentId: string, keyId: string | null) => {
    setSaid("");
    try {
      await chooseForEmployee(api, tenant.id, agentId, keyId);
      setSaid(t("models.saved"));
    } catch (error) {
      setSaid(problemSentence(t, error));
    } finally {
      await queries.invalidateQueries({ queryKey: ["llm-keys", tenant.id] });
    }
  };
  const of = [{ value: DEFAULT, name: t("models.asDefault") }, ...items.map(({ id, name }) => ({ value: id, name }))];
  return (
    <>
      {agents.isPending && <RowSkeletons rows={2} className="h-18" />}
      {agents.isError && !agents.data && <LoadFailed query={agents} />}
      {agents.data?.length === 0 && <p className="text-soft">{t("models.noEmployees")}</p>}
      {agents.data && agents.data.length > 0 && (
        <Rows label={t("models.employees")}>
          {agents.data.map(({ id, name }) => (
            <li key={id} className="px-4 py-3">
              <Select label={name} value={employees[id] ?? DEFAULT} of={of} onChange={(who) => void save(id, who === DEFAULT ? null : who)} />
            </li>
          ))}
        </Rows>
      )}
      <Done className="mt-3">{said}</Done>
    </>
  );
}
