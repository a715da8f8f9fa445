/** One source in a list: what it is, who knows it, how far it is read. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Name } from "@/components/name";
import { useI18n } from "@/i18n/context";
import { fullDate, listTime } from "@/i18n/time";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Source } from "@/wire/frames";

import { failureOf, isExpired, ReadState } from "./state";

export function SourceRow({ source }: { source: Source }) {
  const { t, language } = useI18n();
  const { at } = useWorkspace();
  const { id, kind, title, documents, indexed, failed, checked_at, valid_until } = source;
  const about = [
    t(`knowledge.kind.${kind}`),
    useWhoKnows(source),
    kind === "site" && documents > 0 && t("knowledge.ofDocuments", { indexed, documents }),
    kind === "site" && failed > 0 && t("knowledge.someFailed", { count: failed }),
    kind !== "file" && kind !== "answer" && checked_at && t("knowledge.checked", { time: listTime(language, checked_at) }),
    valid_until && t("knowledge.until", { day: fullDate(language, valid_until) }),
  ];
  const failure = source.state === "failed" ? failureOf(t, source) : undefined;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-row">
      <div className="min-w-40 grow basis-0">
        <Link to={at(`knowledge/sources/${id}`)} className="font-medium wrap-anywhere text-ink underline-offset-2 hover:underline">
          <Name>{title}</Name>
        </Link>
        <p className="text-sm wrap-anywhere text-soft">{about.filter(Boolean).join(" · ")}</p>
        {failure && <p className="mt-1 text-sm text-danger">{failure}</p>}
      </div>
      <ReadState of={source} expired={isExpired(source)} />
    </li>
  );
}

/** Names of those who know it; everybody is not listed. */
function useWhoKnows({ agent_ids }: Source): string | false {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id)).data;
  if (!agents) return false;
  const names = agents.filter(({ id }) => agent_ids.includes(id)).map(({ name }) => name);
  if (names.length === 0) return t("knowledge.nobodyKnows");
  return names.length === agents.length && agents.length > 1 ? false : names.join(", ");
}
