import { lazy, memo, type ReactNode, Suspense, useDeferredValue } from "react";

import { Button } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { AiMark, PersonMark } from "@/components/mark";
import { useI18n } from "@/i18n/context";
import type { Citation } from "@/wire/frames";

import { MessageTime } from "./message-time";

const Markdown = lazy(() => import("@/components/markdown/markdown"));
const Sources = lazy(() => import("./sources"));

interface AnswerProps {
  name: string;
  /** A person of the business wrote it, whose name is shown. */
  colleague?: boolean;
  text: string;
  /** Not there while it is written. */
  at?: string;
  stopped?: boolean;
  /** At the model's limit of length. */
  cut?: boolean;
  /** Asks for the rest; only of the last answer. */
  onGoOn?: (() => void) | undefined;
  /** What it relies on. */
  citations?: readonly Citation[] | undefined;
  /** Where a document is shown at a place in its text; not there for who may not see it. */
  documentAt?: ((citation: Citation) => string) | undefined;
  /** What else can be done with it, beside copying. */
  tools?: ReactNode;
}

export const Answer = memo(function Answer(props: AnswerProps) {
  const { name, colleague = false, text, at, stopped = false, cut = false, onGoOn } = props;
  const { citations, documentAt, tools } = props;
  const { t } = useI18n();
  // Typing stays quick while a long answer is drawn again and again.
  const drawn = useDeferredValue(text);
  return (
    <article className="flex gap-3">
      {colleague ? (
        <PersonMark name={name} className="mt-0.5 size-7 max-sm:hidden" />
      ) : (
        <AiMark name={name} className="mt-0.5 size-7 max-sm:hidden" />
      )}
      <div className="min-w-0 grow">
        {colleague ? (
          <p dir="auto" className="text-sm font-medium wrap-anywhere">{name}</p>
        ) : (
          <span className="sr-only">{name}: </span>
        )}
        <Suspense fallback={<div dir="auto" className="prose whitespace-pre-wrap">{drawn}</div>}>
          <Markdown text={drawn} />
        </Suspense>
        {citations && drawn === text && (
          <Suspense fallback={null}>
            <Sources citations={citations} documentAt={documentAt} />
          </Suspense>
        )}
        {/* Whatever says that it has ended waits until the end is drawn. */}
        {cut && drawn === text && (
          <p className="mt-3 flex flex-wrap items-center justify-between gap-3 rounded-card border border-line bg-hover px-4 py-3 text-sm">
            {t("message.cut")}
            {onGoOn && <Button onClick={onGoOn}>{t("message.goOn")}</Button>}
          </p>
        )}
        {at && drawn === text && (
          <footer className="mt-1.5 flex min-h-8 items-center gap-2">
            <MessageTime at={at} />
            {stopped && <span className="text-xs text-soft">· {t("message.stopped")}</span>}
            {text && <CopyButton text={text} label={t("message.copyAnswer")} />}
            {tools}
          </footer>
        )}
      </div>
    </article>
  );
});
