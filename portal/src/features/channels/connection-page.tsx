/** One account: whether it is well and what to do, who answers, what could not be sent. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useLocation, useNavigate, useParams } from "react-router";

import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { CopyButton } from "@/components/copy-button";
import { Done } from "@/components/done";
import { Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { fullTime } from "@/i18n/time";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Connection } from "@/wire/frames";

import { DeadLetters } from "./dead-letters";
import { DoorSettings } from "./door-settings";
import { kindOf } from "./kinds";
import { NewCredentials } from "./new-credentials";
import { Proof } from "./proof";
import { change, check, connectionQuery, disconnect, kindsQuery, manifestQuery } from "./queries";
import { ConnectionState } from "./state";
import { WebsiteDoor } from "./website-door";
import { WhoAnswers } from "./who-answers";

export default function ConnectionPage() {
  const { t } = useI18n();
  const { connectionId = "" } = useParams();
  const { state } = useLocation() as { state: { connected?: boolean } | null };
  const { api, tenant } = useWorkspace();
  const fresh = state?.connected === true;
  const found = useQuery(connectionQuery(api, tenant.id, connectionId, { closely: fresh }));
  const title = found.data?.name ?? found.data?.external_key ?? t("channels.unnamed");
  return (
    <Page title={title}>
      {found.isPending && <RowSkeletons rows={3} className="h-18" />}
      {found.isError && !found.data && <LoadFailed query={found} />}
      {found.data && <OneConnection connection={found.data} title={title} fresh={fresh} />}
    </Page>
  );
}

function OneConnection({ connection, title, fresh }: { connection: Connection; title: string; fresh: boolean }) {
  const { t, language } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const agents = useQuery(agentsQuery(api, tenant.id));
  const kinds = useQuery(kindsQuery(api, tenant.id));
  const reachable = kinds.data?.some(({ type: each, reachable: reached }) => each === connection.type && reached) ?? false;
  const kind = kindOf(connection.type, reachable);
  const answering = connection.agent_id ?? agents.data?.[0]?.id;
  const [said, setSaid] = useState("");
  const [leaving, setLeaving] = useState(false);
  const [busy, setBusy] = useState(false);
  const { id, type, agent_id, sentence, state, last_heard_at, last_sent_at, waiting, dead } = connection;
  const refresh = () => queries.invalidateQueries({ queryKey: ["channels", tenant.id] });
  const tell = async (what: Promise<unknown>, done: string) => {
    setBusy(true);
    setSaid("");
    try {
      await what;
      setSaid(done);
    } catch (error) {
      setSaid(problemSentence(t, error));
    } finally {
      setBusy(false);
      await refresh();
    }
  };
  const isLive = state === "live" || state === "failing";
  return (
    <>
      {type === "widget" && isLive && <WebsiteDoor connection={connection} />}
      {fresh && isLive && type !== "widget" && (
        <div className="mb-8 grid gap-4">
          {type === "slack" && reachable && <SlackEvents connection={connection} name={agents.data?.find((agent) => agent.id === agent_id)?.name ?? title} />}
          <Proof connection={connection} />
        </div>
      )}
      <dl className="divide-y divide-line rounded-card border border-line bg-raised">
        <Fact name={t("channels.state")}>
          <ConnectionState connection={connection} />
          {sentence && <p className="mt-1 text-sm text-danger">{sentence}</p>}
        </Fact>
        <Fact name={t("channels.kind")}>{kind?.name ?? type}</Fact>
        {type !== "widget" && (
          <>
            <Fact name={t("channels.lastHeard")}>{last_heard_at ? fullTime(language, last_heard_at) : t("channels.never")}</Fact>
            <Fact name={t("channels.lastSent")}>{last_sent_at ? fullTime(language, last_sent_at) : t("channels.never")}</Fact>
          </>
        )}
        {waiting > 0 && <Fact name={t("channels.waiting")}>{String(waiting)}</Fact>}
      </dl>
      {isLive && (
        <div className="mt-6 grid gap-6">
          {agents.data && (
            <WhoAnswers
              agents={agents.data.filter(({ id: each, dismissed_at }) => !dismissed_at || each === agent_id)}
              chosen={agent_id}
              onChoose={(agentId) => void tell(change(api, tenant.id, id, { agent_id: agentId }), t("channels.changed"))}
            />
          )}
          {type !== "widget" && <label className="flex items-start gap-3">
            <input
              type="checkbox"
              className="mt-1 size-4 shrink-0 accent-(--accent)"
              checked={connection.options.store_unaddressed === true}
              onChange={({ target }) => void tell(change(api, tenant.id, id, { store_unaddressed: target.checked }), t("channels.changed"))}
            />
            <span>
              {t("channels.storeUnaddressed")}
              <span className="block text-sm text-soft">{t("channels.storeUnaddressedHelp")}</span>
            </span>
          </label>}
          <div className="flex flex-wrap gap-3">
            <Button aria-disabled={busy} onClick={() => { if (!busy) void tell(check(api, tenant.id, id), t("channels.checked")); }}>
              {t("channels.check")}
            </Button>
            <Button look="danger" onClick={() => { setLeaving(true); }}>{t("channels.disconnect")}</Button>
          </div>
        </div>
      )}
      <Done className="mt-3">{said}</Done>
      {state === "failing" && type !== "widget" && kind && answering && <NewCredentials connection={connection} kind={kind} agentId={answering} />}
      {type === "widget" && isLive && <DoorSettings connection={connection} onSaved={refresh} />}
      {dead > 0 && <DeadLetters connectionId={id} />}
      <ConfirmDialog
        title={t("channels.disconnectTitle")}
        lead={t("channels.disconnectLead")}
        confirm={t("channels.disconnect")}
        open={leaving}
        onClose={() => { setLeaving(false); }}
        action={async () => { await disconnect(api, tenant.id, id); }}
        onDone={() => {
          void refresh();
          void navigate(at("channels"));
        }}
      />
    </>
  );
}

/** Slack is told where to post once the account, and with it the address, is there. */
function SlackEvents({ connection, name }: { connection: Connection; name: string }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const manifest = useQuery(manifestQuery(api, tenant.id, name, { connection_id: connection.id }));
  const text = manifest.data ? JSON.stringify(manifest.data.manifest, null, 2) : "";
  return (
    <Section title={t("channels.slackEvents")}>
      <p className="mb-3 text-sm">{t("channels.slackEventsLead")}</p>
      {manifest.isError && <LoadFailed query={manifest} />}
      {text && (
        <>
          <CopyButton text={text} label={t("channels.copyManifest")} />
          <textarea
            readOnly
            rows={8}
            aria-label={t("channels.manifest")}
            value={text}
            className="mt-2 block w-full rounded-control border border-line bg-raised p-3 font-mono text-xs text-ink"
          />
        </>
      )}
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-1 px-4 py-3 sm:grid-cols-[14rem_1fr] sm:gap-4">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}
