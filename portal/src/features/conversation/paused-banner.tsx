import { useI18n } from "@/i18n/context";
import type { Agent } from "@/wire/frames";

/** What is written now is not answered; the business says why, if it likes. */
export function PausedBanner({ agent }: { agent: Agent }) {
  const { t } = useI18n();
  if (agent.status !== "paused") return null;
  return (
    <div className="mx-auto w-full max-w-3xl px-4 md:px-6">
      <div className="mb-2 rounded-control border border-line bg-hover px-3 py-2 text-sm wrap-anywhere">
        <p>{t(agent.dismissed_at ? "conversation.dismissed" : "conversation.paused", { name: agent.name })}</p>
        {agent.paused_notice && !agent.dismissed_at && <p dir="auto" className="mt-1 font-medium">{agent.paused_notice}</p>}
      </div>
    </div>
  );
}
