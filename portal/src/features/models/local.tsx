/** Model servers on the worker's own machine, which the platform's people may have answer here. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { Done } from "@/components/done";
import { Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useWorkspace } from "@/session/workspace";

import { addLocal, localServers } from "./queries";

export function Local() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const [said, setSaid] = useState("");
  const servers = useQuery({ queryKey: ["llm-local", tenant.id], queryFn: () => localServers(api, tenant.id), staleTime: 60_000 });
  const use = async (server: string) => {
    setSaid(t("models.trying"));
    try {
      const tried = await addLocal(api, tenant.id, server);
      setSaid(t(`models.tried.${tried.state}`, { name: tried.name, model: tried.model ?? "" }));
    } catch (error) {
      setSaid(problemSentence(t, error));
    } finally {
      await queries.invalidateQueries({ queryKey: ["llm-keys", tenant.id] });
    }
  };
  return (
    <>
      {servers.isPending && <RowSkeletons rows={1} className="h-18" />}
      {servers.isError && !servers.data && <LoadFailed query={servers} />}
      {servers.data?.length === 0 && <p className="text-soft">{t("models.noneHere")}</p>}
      {servers.data && servers.data.length > 0 && (
        <Rows label={t("models.here")}>
          {servers.data.map(({ id, name, models }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-40 grow basis-0">
                <p className="font-medium">{name}</p>
                <p className="text-sm wrap-anywhere text-soft">{models.join(", ")}</p>
              </div>
              <Button aria-label={t("models.useName", { name })} onClick={() => void use(id)}>{t("models.use")}</Button>
            </li>
          ))}
        </Rows>
      )}
      <Done className="mt-3">{said}</Done>
    </>
  );
}
