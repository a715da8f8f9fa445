/** An answer that was tried out, with its sources to open. */
import { lazy, Suspense } from "react";
import { Link } from "react-router";

import { Banner } from "@/components/banner";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Answered } from "@/wire/frames";

const Markdown = lazy(() => import("@/components/markdown/markdown"));

export function Answer({ answered, name }: { answered: Answered; name: string }) {
  const { t } = useI18n();
  const { at } = useWorkspace();
  const { answer, knows, citations } = answered;
  return (
    <div className="mt-4 grid gap-3 text-ink">
      {!knows && <Banner tone="warn">{t("knowledge.unknown", { name })}</Banner>}
      <Suspense fallback={<div className="prose whitespace-pre-wrap">{answer}</div>}>
        <Markdown text={answer} />
      </Suspense>
      {citations.length > 0 && (
        <ul aria-label={t("knowledge.sourcesOf")} className="grid gap-2 border-t border-line pt-3 text-sm">
          {citations.map(({ n, title, quote, document_id, start, end }) => (
            <li key={n} className="wrap-anywhere">
              <span className="text-soft">[{n}] </span>
              <Link className="text-accent underline underline-offset-2" to={at(`knowledge/documents/${document_id}?at=${start}-${end}`)}>
                {title}
              </Link>
              <q className="mt-0.5 line-clamp-3 block text-soft">{quote}</q>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
