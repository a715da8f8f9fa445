/** An account is connected: what to do on the platform's side, what to paste here, who answers. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";

import { Button, buttonClass } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import { useForm } from "@/components/form/use-form";
import { Empty, Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { workingQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Agent } from "@/wire/frames";

import { GivenField } from "./given-field";
import { type Kind, kindOf } from "./kinds";
import { connect, kindsQuery, manifestQuery } from "./queries";
import { answersOf, checkGiven, NOTHING } from "./rules";
import { WhoAnswers } from "./who-answers";

export default function ConnectPage() {
  const { t } = useI18n();
  const { kind: type = "" } = useParams();
  const { api, tenant, at } = useWorkspace();
  const kinds = useQuery(kindsQuery(api, tenant.id));
  const agents = useQuery(workingQuery(api, tenant.id));
  const there = kinds.data?.find((each) => each.type === type);
  const kind = there && kindOf(type, there.reachable);
  return (
    <Page title={t("channels.connectTitle", { name: kind?.name ?? type })}>
      {(kinds.isPending || agents.isPending) && <RowSkeletons rows={3} className="h-18" />}
      {kinds.isError && !kinds.data && <LoadFailed query={kinds} />}
      {agents.isError && !agents.data && <LoadFailed query={agents} />}
      {kinds.data && !kind && <Empty>{t("channels.noKind")}</Empty>}
      {kind && agents.data?.length === 0 && (
        <Empty>
          <p>{t("channels.hireFirst")}</p>
          <Link to={at("employees/new")} className={`${buttonClass("primary")} mt-4 inline-block`}>{t("channels.hire")}</Link>
        </Empty>
      )}
      {kind && agents.data?.[0] && <Connecting kind={kind} reachable={there.reachable} agents={agents.data} first={agents.data[0]} />}
    </Page>
  );
}

interface ConnectingProps {
  kind: Kind;
  reachable: boolean;
  agents: readonly Agent[];
  first: Agent;
}

function Connecting({ kind, reachable, agents, first }: ConnectingProps) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [agentId, setAgentId] = useState(first.id);
  const form = useForm({
    initial: NOTHING,
    check: (given) => checkGiven(kind, given),
    send: async (given) => {
      const made = await connect(api, tenant.id, { type: kind.type, agentId, given: answersOf(kind, given) });
      await queries.invalidateQueries({ queryKey: ["channels", tenant.id] });
      await navigate(at(`channels/${made.id}`), { state: { connected: true } });
    },
  });
  return (
    <>
      <WhoAnswers agents={agents} chosen={agentId} onChoose={setAgentId} />
      <Section title={t("channels.there", { name: kind.name })}>
        {kind.type === "slack" && <CreateSlackApp name={agents.find(({ id }) => id === agentId)?.name ?? first.name} socket={!kind.fields.some(({ name }) => name === "signing_secret")} />}
        {kind.type === "whatsapp" && !reachable && <p role="note" className="mb-4 text-sm text-danger">{t("channels.whatsapp.unreachable")}</p>}
        <ol className="grid list-decimal gap-3 ps-5">
          {kind.steps.map((step) => <li key={step}>{t(step)}</li>)}
        </ol>
        {kind.link && (
          <a className={`${buttonClass("quiet")} mt-4 inline-block`} href={kind.link} target="_blank" rel="noreferrer">
            {t("channels.open", { name: new URL(kind.link).host + new URL(kind.link).pathname })}
          </a>
        )}
      </Section>
      <Section title={t("channels.here")}>
        <form {...form.props}>
          <div className="grid gap-5">
            {kind.fields.map((asked) => <GivenField key={asked.name} asked={asked} form={form} />)}
          </div>
          <p className="mt-4 text-sm text-soft">{t("channels.sealed")}</p>
          <p role="status" className="mt-4 text-sm text-soft empty:mt-0">{form.busy ? t("channels.asking", { name: kind.name }) : ""}</p>
          <FormFooter problem={form.problem} busy={form.busy} submit={t("channels.connect")}>
            <Button onClick={() => void navigate(at("channels"))}>{t("form.cancel")}</Button>
          </FormFooter>
        </form>
      </Section>
    </>
  );
}

function CreateSlackApp({ name, socket }: { name: string; socket: boolean }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const manifest = useQuery(manifestQuery(api, tenant.id, name, { socket_mode: String(socket) }));
  if (manifest.isError) return <LoadFailed query={manifest} />;
  return (
    <a
      className={`${buttonClass("primary")} mb-4 inline-block aria-disabled:opacity-50`}
      aria-disabled={!manifest.data}
      href={manifest.data?.create_url}
      target="_blank"
      rel="noreferrer"
    >
      {t("channels.createSlackApp")}
    </a>
  );
}
