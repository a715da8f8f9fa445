import type { Notice } from "@/chat/transcript";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { Icon } from "@/components/icons";
import { errorSentence, useI18n } from "@/i18n/context";

interface FailedAnswerProps {
  name: string;
  failure: Notice | undefined;
  canRetry: boolean;
  onRetry: () => void;
}

export function FailedAnswer({ name, failure, canRetry, onRetry }: FailedAnswerProps) {
  const { t } = useI18n();
  return (
    <article className="flex gap-3">
      <Avatar name={name} className="mt-0.5 size-7 max-sm:hidden" />
      <div className="flex grow flex-wrap items-center justify-between gap-3 rounded-xl border border-line bg-danger-ground px-4 py-3 text-sm">
        <p>{failure ? errorSentence(t, failure.code, failure.message) : t("thread.failed")}</p>
        <Button disabled={!canRetry} onClick={onRetry} className="inline-flex items-center gap-2">
          <Icon name="retry" className="size-4" />
          {t("thread.retry")}
        </Button>
      </div>
    </article>
  );
}
