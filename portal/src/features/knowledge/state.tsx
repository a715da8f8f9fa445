/** How far something is read, in a word and a bar, and what helps where it failed. */
import { Progress } from "@/components/progress";
import { StatusDot } from "@/components/status-dot";
import { type Translate, useI18n } from "@/i18n/context";
import type { KnowledgeDocument, Source } from "@/wire/frames";

import { isBeingRead } from "./queries";
import { knownFailure } from "./rules";

type Read = Pick<Source | KnowledgeDocument, "state" | "progress" | "title">;

export function isExpired({ valid_until }: Pick<Source, "valid_until">): boolean {
  return valid_until !== null && new Date(valid_until) < new Date();
}

export function ReadState({ of, expired = false }: { of: Read; expired?: boolean }) {
  const { t } = useI18n();
  if (isBeingRead(of)) {
    return (
      <span className="grid min-w-28 gap-1">
        <StatusDot state="off" word={t(`knowledge.state.${of.state}`)} />
        <Progress label={t("knowledge.progress", { title: of.title })} value={of.progress} />
      </span>
    );
  }
  if (expired) return <StatusDot state="warn" word={t("knowledge.state.expired")} />;
  return <StatusDot state={of.state === "failed" ? "danger" : "ok"} word={t(`knowledge.state.${of.state}`)} />;
}

/** What went wrong and what to do, in the person's language where the page knows. */
export function failureOf(t: Translate, { error, sentence }: Pick<Source, "error" | "sentence">): string | undefined {
  const failure = knownFailure(error);
  return failure ? t(`knowledge.failed.${failure}`) : (sentence ?? undefined);
}
