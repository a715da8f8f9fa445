/** A text, one part of it at a time; the part with the quoted passage first, and the passage marked. */
import { useEffect, useMemo, useRef, useState } from "react";

import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";

import { inUnits, partsOf, partWith, type Place } from "./passage";

export function TextParts({ text, place }: { text: string; place: Place | null }) {
  const { t } = useI18n();
  const starts = useMemo(() => partsOf(text), [text]);
  const marked = useMemo(() => place && inUnits(text, place), [text, place]);
  const [part, setPart] = useState(() => (marked ? partWith(starts, marked.start) : 0));
  const passage = useRef<HTMLElement>(null);
  useEffect(() => {
    passage.current?.scrollIntoView({ block: "center" });
    passage.current?.focus({ preventScroll: true });
  }, [marked]);

  const from = starts[part] ?? 0;
  const to = starts[part + 1] ?? text.length;
  const start = Math.min(Math.max(marked?.start ?? to, from), to);
  const end = Math.min(Math.max(marked?.end ?? to, start), to);
  return (
    <>
      <div dir="auto" className="rounded-card border border-line bg-raised px-4 py-4 leading-relaxed wrap-anywhere whitespace-pre-wrap">
        {text.slice(from, start)}
        {end > start && (
          <mark ref={passage} tabIndex={-1} aria-label={t("knowledge.quoted")} className="scroll-mt-16 rounded-tag bg-warn-ground px-0.5 text-ink outline-offset-4">
            {text.slice(start, end)}
          </mark>
        )}
        {text.slice(end, to)}
      </div>
      {starts.length > 1 && (
        <div className="mt-3 flex flex-wrap items-center gap-3 text-sm text-soft">
          <Button disabled={part === 0} onClick={() => { setPart(part - 1); }}>{t("knowledge.before")}</Button>
          <Button disabled={part === starts.length - 1} onClick={() => { setPart(part + 1); }}>{t("knowledge.after")}</Button>
          <span role="status">{t("knowledge.part", { n: part + 1, of: starts.length })}</span>
        </div>
      )}
    </>
  );
}
