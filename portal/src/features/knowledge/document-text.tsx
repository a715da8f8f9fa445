/** What was read of a document: shown in parts, the quoted passage marked; an admin may correct it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { Done } from "@/components/done";
import { LoadFailed } from "@/components/load-failed";
import { FormSkeleton } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";

import { CorrectText } from "./correct-text";
import type { Place } from "./passage";
import { documentQuery } from "./queries";
import { TextParts } from "./text-parts";

export function DocumentText({ id, place = null }: { id: string; place?: Place | null }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const [correcting, setCorrecting] = useState(false);
  const [said, setSaid] = useState("");
  const document = useQuery(documentQuery(api, tenant.id, id));
  const found = document.data;
  return (
    <section className="mt-10" aria-label={t("knowledge.text")}>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-56 grow basis-0">
          <h2 className="font-semibold">{t("knowledge.text")}</h2>
          <p className="text-sm text-soft">{t(found?.corrected ? "knowledge.corrected" : "knowledge.textLead")}</p>
        </div>
        {found && mayAdminister(tenant.role) && !correcting && (
          <Button onClick={() => {
            setSaid("");
            setCorrecting(true);
          }}>
            {t("knowledge.correct")}
          </Button>
        )}
      </div>
      <Done className="mb-3">{said}</Done>
      {document.isPending && <FormSkeleton />}
      {document.isError && !found && <LoadFailed query={document} />}
      {found && correcting && (
        <CorrectText
          of={found}
          onClose={() => { setCorrecting(false); }}
          onSaved={() => {
            setCorrecting(false);
            setSaid(t("knowledge.learned"));
          }}
        />
      )}
      {found && !correcting && <TextParts text={found.text} place={place} />}
    </section>
  );
}
