/** One source: how far it is read and what helps, who knows it, until when, and what was read. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";

import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { fullTime } from "@/i18n/time";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";
import type { Source } from "@/wire/frames";

import { DocumentsOf } from "./documents";
import { sourceQuery } from "./queries";
import { SourceActions } from "./source-actions";
import { SourceSettings } from "./source-settings";
import { failureOf, isExpired, ReadState } from "./state";

export default function SourcePage() {
  const { t } = useI18n();
  const { sourceId = "" } = useParams();
  const { api, tenant, at } = useWorkspace();
  const source = useQuery(sourceQuery(api, tenant.id, sourceId));
  return (
    <Page title={source.data?.title ?? t("knowledge.title")}>
      <p className="mb-4 text-sm">
        <Link className="text-accent underline underline-offset-2" to={at(`knowledge/${source.data?.kind === "answer" ? "answers" : "sources"}`)}>
          {t("knowledge.back")}
        </Link>
      </p>
      {source.isPending && <RowSkeletons rows={3} className="h-18" />}
      {source.isError && !source.data && <LoadFailed query={source} />}
      {source.data && <OneSource source={source.data} />}
    </Page>
  );
}

function OneSource({ source }: { source: Source }) {
  const { t, language } = useI18n();
  const { tenant } = useWorkspace();
  const { kind, uri, documents, indexed, checked_at } = source;
  const failure = failureOf(t, source);
  return (
    <>
      <dl className="divide-y divide-line rounded-card border border-line bg-raised">
        <Fact name={t("knowledge.state")}>
          <ReadState of={source} expired={isExpired(source)} />
          {kind === "site" && <p className="mt-1 text-sm text-soft">{t("knowledge.ofDocuments", { indexed, documents })}</p>}
          {failure && <p className="mt-1 text-sm text-danger">{failure}</p>}
        </Fact>
        <Fact name={t("knowledge.what")}>{t(`knowledge.kind.${kind}`)}</Fact>
        {uri && (
          <Fact name={t("knowledge.where")}>
            <a href={uri} target="_blank" rel="noreferrer noopener" className="text-accent underline underline-offset-2">{uri}</a>
          </Fact>
        )}
        {checked_at && <Fact name={t("knowledge.lastRead")}>{fullTime(language, checked_at)}</Fact>}
      </dl>
      {mayAdminister(tenant.role) && (
        <>
          <SourceSettings key={source.revision} source={source} />
          <SourceActions source={source} />
        </>
      )}
      <DocumentsOf source={source} />
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-1 px-4 py-row sm:grid-cols-[14rem_1fr] sm:gap-4">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}
