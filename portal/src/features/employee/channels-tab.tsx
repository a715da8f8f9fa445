/** Where an employee answers beside the portal. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { buttonClass } from "@/components/button";
import { Empty, Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { Name } from "@/components/name";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { connectionsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";

import type { Employee } from "./queries";

export function ChannelsTab({ employee: { agent } }: { employee: Employee }) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const connections = useQuery(connectionsQuery(api, tenant.id));
  const theirs = connections.data?.filter(({ agent_id, state }) => agent_id === agent.id && state !== "disconnected");
  const connect = <Link to={at("channels")} className={`${buttonClass("quiet")} inline-flex items-center`}>{t("employee.connect")}</Link>;
  return (
    <>
      {connections.isPending && <RowSkeletons rows={2} />}
      {connections.isError && !connections.data && <LoadFailed query={connections} />}
      {theirs?.length === 0 && <Empty><p className="mb-4">{t("employee.channelsNone", { name: agent.name })}</p>{connect}</Empty>}
      {theirs && theirs.length > 0 && (
        <>
          <Rows label={t("employee.channels")}>
            {theirs.map(({ id, type, name, external_key }) => (
              <li key={id} className="px-4 py-3">
                <Link to={at(`channels/${id}`)} className="font-medium text-ink underline-offset-2 hover:underline">
                  <Name>{name ?? external_key ?? type}</Name>
                </Link>
                <p className="text-sm text-soft capitalize">{type}</p>
              </li>
            ))}
          </Rows>
          <p className="mt-4">{connect}</p>
        </>
      )}
    </>
  );
}
