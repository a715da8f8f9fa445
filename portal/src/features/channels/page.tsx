/** Where people reach the business's employees beside the portal; for its admins. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { buttonClass } from "@/components/button";
import { Empty, Rows, Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { Name } from "@/components/name";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { listTime } from "@/i18n/time";
import { agentsQuery, connectionsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Connection } from "@/wire/frames";

import { kindOf, known } from "./kinds";
import { kindsQuery } from "./queries";
import { ConnectionState } from "./state";

export default function ChannelsPage() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const connections = useQuery(connectionsQuery(api, tenant.id));
  const connected = connections.data?.filter(({ state }) => state !== "disconnected");
  return (
    <Page title={t("channels.title")}>
      {connections.isPending && <RowSkeletons rows={2} className="h-18" />}
      {connections.isError && !connections.data && <LoadFailed query={connections} />}
      {connected?.length === 0 && <Empty>{t("channels.empty")}</Empty>}
      {connected && connected.length > 0 && (
        <Rows label={t("channels.title")}>
          {connected.map((each) => <ConnectionRow key={each.id} connection={each} />)}
        </Rows>
      )}
      <Section title={t("channels.add")}>
        <Kinds />
      </Section>
    </Page>
  );
}

function ConnectionRow({ connection }: { connection: Connection }) {
  const { t, language } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  const { id, type, name, external_key, agent_id, last_heard_at, dead } = connection;
  const agent = agents.data?.find((each) => each.id === agent_id)?.name;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <div className="min-w-40 grow basis-0">
        <Link to={at(`channels/${id}`)} className="font-medium text-ink underline-offset-2 hover:underline">
          <Name>{name ?? external_key ?? t("channels.unnamed")}</Name>
        </Link>
        <p className="truncate text-sm text-soft">
          {[kindOf(type, true)?.name ?? type, agent && t("channels.answers", { name: agent })].filter(Boolean).join(" · ")}
        </p>
      </div>
      <div className="grid gap-0.5 text-sm">
        <ConnectionState connection={connection} />
        <p className="text-xs text-soft">
          {last_heard_at ? t("channels.heard", { time: listTime(language, last_heard_at) }) : t("channels.neverHeard")}
          {dead > 0 && ` · ${t("channels.notSent", { count: dead })}`}
        </p>
      </div>
    </li>
  );
}

function Kinds() {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const kinds = useQuery(kindsQuery(api, tenant.id));
  return (
    <>
      {kinds.isPending && <RowSkeletons rows={3} className="h-18" />}
      {kinds.isError && !kinds.data && <LoadFailed query={kinds} />}
      {kinds.data && (
        <Rows label={t("channels.add")}>
          {known(kinds.data).map(({ type, name }) => (
            <li key={type} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-40 grow basis-0">
                <p className="font-medium">{name}</p>
                <p className="text-sm text-soft">{t(`channels.${type}.lead`)}</p>
              </div>
              <Link to={at(`channels/new/${type}`)} className={buttonClass("quiet")} aria-label={t("channels.connectName", { name })}>
                {t("channels.connect")}
              </Link>
            </li>
          ))}
        </Rows>
      )}
    </>
  );
}
