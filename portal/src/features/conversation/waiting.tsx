import { AiMark } from "@/components/mark";
import { useI18n } from "@/i18n/context";

const DELAYS = ["", "[animation-delay:0.2s]", "[animation-delay:0.4s]"];

export function TypingIndicator({ name }: { name: string }) {
  const { t } = useI18n();
  return (
    <div className="flex items-center gap-3">
      <AiMark name={name} className="size-7 max-sm:hidden" />
      <span className="flex h-7 items-center gap-1">
        {DELAYS.map((delay) => (
          <span key={delay} className={`size-1.5 animate-dot rounded-full bg-soft ${delay}`} />
        ))}
      </span>
      <span className="sr-only">{t("conversation.typing", { name })}</span>
    </div>
  );
}

export function SilentNotice() {
  const { t } = useI18n();
  return <p className="rounded-xl border border-line bg-hover px-4 py-3 text-sm">{t("conversation.silent")}</p>;
}
