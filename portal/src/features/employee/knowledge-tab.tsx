/** What an employee may look up, of all that the business knows. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { Link } from "react-router";

import { buttonClass } from "@/components/button";
import { Empty, Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useWorkspace } from "@/session/workspace";
import type { Source } from "@/wire/frames";

import { type Employee, giveToRead, sourcesQuery } from "./queries";

export function KnowledgeTab({ employee: { agent } }: { employee: Employee }) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const sources = useQuery(sourcesQuery(api, tenant.id));
  const all = <Link to={at("knowledge/sources")} className={`${buttonClass("quiet")} inline-flex items-center`}>{t("employee.teach")}</Link>;
  const none = sources.data && !sources.data.some(({ agent_ids }) => agent_ids.includes(agent.id));
  return (
    <>
      {sources.isPending && <RowSkeletons rows={3} />}
      {sources.isError && !sources.data && <LoadFailed query={sources} />}
      {none && sources.data.length > 0 && <p className="mb-4 text-soft">{t("employee.knowledgeNone", { name: agent.name })}</p>}
      {sources.data?.length === 0 && <Empty><p className="mb-4">{t("employee.knowledgeNone", { name: agent.name })}</p>{all}</Empty>}
      {sources.data && sources.data.length > 0 && (
        <>
          <Rows label={t("employee.knowledge")}>
            {sources.data.map((source) => <SourceRow key={source.id} source={source} agentId={agent.id} />)}
          </Rows>
          <p className="mt-4">{all}</p>
        </>
      )}
    </>
  );
}

function SourceRow({ source, agentId }: { source: Source; agentId: string }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const id = useId();
  const reads = source.agent_ids.includes(agentId);
  const turn = useMutation({
    mutationFn: () => {
      const others = source.agent_ids.filter((each) => each !== agentId);
      return giveToRead(api, tenant.id, source, reads ? others : [...others, agentId]);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] }),
  });
  return (
    <li className="px-4 py-2">
      <label htmlFor={id} className="flex min-h-10 items-center gap-3">
        <input
          id={id}
          type="checkbox"
          checked={reads !== turn.isPending}
          onChange={() => { if (!turn.isPending) turn.mutate(); }}
          className="size-4 shrink-0 accent-accent"
        />
        <span dir="auto" className="min-w-0 wrap-anywhere">{source.title}</span>
      </label>
      {source.sentence && <p className="ps-7 text-sm text-soft">{source.sentence}</p>}
      <p role="alert" className="ps-7 text-sm text-danger empty:hidden">{turn.isError && problemSentence(t, turn.error)}</p>
    </li>
  );
}
