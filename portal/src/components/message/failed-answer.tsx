import { lazy, Suspense } from "react";

import type { Notice } from "@/chat/transcript";
import { Button } from "@/components/button";
import { Icon } from "@/components/icons";
import { AiMark } from "@/components/mark";
import { useI18n } from "@/i18n/context";
import type { Message } from "@/wire/frames";

import { failureSentence } from "./failure";

const Markdown = lazy(() => import("@/components/markdown/markdown"));

interface FailedAnswerProps {
  name: string;
  message: Message;
  /** What was told of it when it happened. */
  failure?: Notice | undefined;
  canRetry: boolean;
  /** Not there for those who only read. */
  onRetry?: (() => void) | undefined;
}

/** Why there is no answer, below as much of it as there was. */
export function FailedAnswer({ name, message, failure, canRetry, onRetry }: FailedAnswerProps) {
  const { t, language } = useI18n();
  return (
    <article className="flex gap-3">
      <AiMark name={name} className="mt-0.5 size-7 max-sm:hidden" />
      <div className="min-w-0 grow">
        {message.finish === "broken_off" && message.content && (
          <div className="mb-3 text-soft">
            <span className="sr-only">{name}: </span>
            <Suspense fallback={<div dir="auto" className="prose whitespace-pre-wrap">{message.content}</div>}>
              <Markdown text={message.content} />
            </Suspense>
          </div>
        )}
        <div className="flex flex-wrap items-center justify-between gap-3 rounded-card border border-line bg-danger-ground px-4 py-3 text-sm">
          <p className="wrap-anywhere">{failureSentence({ t, language }, message, failure)}</p>
          {onRetry && (
            <Button disabled={!canRetry} onClick={onRetry} className="inline-flex items-center gap-2">
              <Icon name="retry" className="size-4 shrink-0" />
              {t("message.retry")}
            </Button>
          )}
        </div>
      </div>
    </article>
  );
}
