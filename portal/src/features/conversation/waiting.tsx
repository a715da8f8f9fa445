import type { Doing } from "@/chat/doing";
import { AiMark } from "@/components/mark";
import { useI18n } from "@/i18n/context";

import { doingSentence } from "./doing";

const DELAYS = ["", "[animation-delay:0.2s]", "[animation-delay:0.4s]"];

export function TypingIndicator({ name }: { name: string }) {
  const { t } = useI18n();
  return (
    <div className="flex items-center gap-3">
      <AiMark name={name} className="size-7 max-sm:hidden" />
      <Dots />
      <span className="sr-only">{t("conversation.typing", { name })}</span>
    </div>
  );
}

/** What the employee does beside talking, below what it has said until then. */
export function DoingLine({ name, doing }: { name: string; doing: Doing }) {
  const { t } = useI18n();
  return (
    <div className="flex items-center gap-3 text-sm text-soft">
      <AiMark name={name} className="size-7 max-sm:hidden" />
      <Dots />
      <p dir="auto" className="min-w-0 wrap-anywhere">{doingSentence(t, name, doing)}</p>
    </div>
  );
}

function Dots() {
  return (
    <span className="flex h-7 items-center gap-1">
      {DELAYS.map((delay) => (
        <span key={delay} className={`size-1.5 animate-dot rounded-full bg-soft ${delay}`} />
      ))}
    </span>
  );
}

export function SilentNotice() {
  const { t } = useI18n();
  return <p className="rounded-card border border-line bg-hover px-4 py-3 text-sm">{t("conversation.silent")}</p>;
}
