/** What an answer relies on: a numbered chip for each source, opened at the words it quotes. */
import { useState } from "react";
import { Link } from "react-router";

import { Button } from "@/components/button";
import { Dialog, DialogActions } from "@/components/dialog";
import { useI18n } from "@/i18n/context";
import type { Citation } from "@/wire/frames";

interface SourcesProps {
  citations: readonly Citation[];
  documentAt: ((citation: Citation) => string) | undefined;
}

export default function Sources({ citations, documentAt }: SourcesProps) {
  const { t } = useI18n();
  const [opened, setOpened] = useState<Citation | null>(null);
  return (
    <>
      <ul aria-label={t("message.sources")} className="mt-3 flex flex-wrap gap-2">
        {citations.map((citation) => (
          <li key={citation.n} className="max-w-full">
            <button
              type="button"
              aria-haspopup="dialog"
              onClick={() => { setOpened(citation); }}
              className="inline-flex min-h-8 max-w-full items-center gap-1.5 rounded-full border border-line bg-raised px-3 text-xs text-soft transition-colors hover:bg-hover hover:text-ink"
            >
              <span className="font-medium text-ink">{citation.n}</span>
              <span dir="auto" className="truncate">{citation.title}</span>
            </button>
          </li>
        ))}
      </ul>
      {opened && (
        <Dialog title={opened.title} open onClose={() => { setOpened(null); }}>
          <blockquote dir="auto" className="mt-3 border-s-2 border-accent ps-3 text-sm leading-relaxed wrap-anywhere">
            {opened.quote}
          </blockquote>
          {opened.page && <p className="mt-2 text-xs text-soft">{t("message.page", { page: opened.page })}</p>}
          {opened.uri && (
            <a className="mt-3 block text-sm wrap-anywhere text-accent underline" href={opened.uri} target="_blank" rel="noopener noreferrer nofollow">
              {opened.uri}
            </a>
          )}
          <DialogActions>
            {documentAt && (
              <Link className="inline-flex min-h-10 items-center px-2 text-sm text-accent underline underline-offset-2" to={documentAt(opened)}>
                {t("message.openSource")}
              </Link>
            )}
            <Button onClick={() => { setOpened(null); }}>{t("app.close")}</Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}
