/** What a source holds: the text of its one document, or a list of a site's pages. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Button } from "@/components/button";
import { Rows, Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { Name } from "@/components/name";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { KnowledgeDocument, Source } from "@/wire/frames";

import { DocumentText } from "./document-text";
import { documentsQuery } from "./queries";
import { failureOf, ReadState } from "./state";

export function DocumentsOf({ source }: { source: Source }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const documents = useInfiniteQuery(documentsQuery(api, tenant.id, source.id));
  const all = documents.data?.pages.flatMap(({ items }) => items) ?? [];
  const [only] = all;
  if (source.kind !== "site") return only?.state === "indexed" ? <DocumentText id={only.id} /> : null;
  return (
    <Section title={t("knowledge.documents")}>
      {documents.isPending && <RowSkeletons rows={3} className="h-17" />}
      {documents.isError && all.length === 0 && <LoadFailed query={documents} />}
      {all.length > 0 && (
        <Rows label={t("knowledge.documents")}>
          {all.map((each) => <DocumentRow key={each.id} of={each} />)}
        </Rows>
      )}
      {documents.hasNextPage && (
        <Button className="mt-4" onClick={() => void documents.fetchNextPage()}>{t("knowledge.more")}</Button>
      )}
    </Section>
  );
}

function DocumentRow({ of }: { of: KnowledgeDocument }) {
  const { t } = useI18n();
  const { at } = useWorkspace();
  const failure = of.state === "failed" ? failureOf(t, of) : undefined;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-row">
      <div className="min-w-40 grow basis-0">
        <Link to={at(`knowledge/documents/${of.id}`)} className="font-medium wrap-anywhere text-ink underline-offset-2 hover:underline">
          <Name>{of.title}</Name>
        </Link>
        {of.uri && <p className="text-sm wrap-anywhere text-soft">{of.uri}</p>}
        {failure && <p className="mt-1 text-sm text-danger">{failure}</p>}
      </div>
      <ReadState of={of} />
    </li>
  );
}
