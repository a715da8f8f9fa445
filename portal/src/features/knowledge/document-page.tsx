/** One document, opened at the sentence that an answer quoted (`?at=120-180`). */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";

import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { DocumentText } from "./document-text";
import { placeOf } from "./passage";
import { documentQuery } from "./queries";

export default function DocumentPage() {
  const { t } = useI18n();
  const { documentId = "" } = useParams();
  const [search] = useSearchParams();
  const { api, tenant, at } = useWorkspace();
  const document = useQuery(documentQuery(api, tenant.id, documentId));
  const found = document.data;
  return (
    <Page title={found?.title ?? t("knowledge.title")}>
      {document.isPending && <RowSkeletons rows={3} className="h-18" />}
      {document.isError && !found && <LoadFailed query={document} />}
      {found && (
        <>
          <p className="text-sm text-soft">
            {t("knowledge.toSource")}:{" "}
            <Link className="wrap-anywhere text-accent underline underline-offset-2" to={at(`knowledge/sources/${found.source_id}`)}>
              {found.source_title}
            </Link>
          </p>
          <DocumentText id={documentId} place={placeOf(search.get("at"))} />
        </>
      )}
    </Page>
  );
}
