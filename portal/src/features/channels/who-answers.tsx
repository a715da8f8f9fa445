/** Which employee answers on an account. */
import { useId } from "react";

import { useI18n } from "@/i18n/context";
import type { Agent } from "@/wire/frames";

interface WhoAnswersProps {
  agents: readonly Agent[];
  chosen: string | null;
  onChoose: (agentId: string) => void;
}

export function WhoAnswers({ agents, chosen, onChoose }: WhoAnswersProps) {
  const { t } = useI18n();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block text-sm font-medium">{t("channels.who")}</label>
      <select
        id={id}
        className="mt-1.5 block min-h-11 w-full rounded-control border border-field bg-raised px-3 py-2 text-base text-ink"
        value={chosen ?? ""}
        onChange={({ target }) => { onChoose(target.value); }}
      >
        {chosen === null && <option value="">{t("channels.nobody")}</option>}
        {agents.map(({ id: value, name, dismissed_at }) => (
          <option key={value} value={value}>{dismissed_at ? `${name} · ${t("app.dismissed")}` : name}</option>
        ))}
      </select>
    </div>
  );
}
