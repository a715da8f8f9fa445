/** Stands on every page while the model that comes along answers: nobody shall take it for more. */
import { useQuery } from "@tanstack/react-query";

import { useI18n } from "@/i18n/context";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";

const SETTINGS = ["KONSTRUCT_LLM_BASE_URL", "KONSTRUCT_LLM_API_KEY", "KONSTRUCT_LLM_MODEL"];

export function PracticeStrip() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const agents = useQuery(agentsQuery(api, tenant.id));
  if (!agents.data?.some(({ practice }) => practice)) return null;
  return (
    <aside aria-label={t("shell.practice.label")} className="shrink-0 border-b border-line bg-mine px-4 py-1.5 text-sm">
      <details>
        <summary className="cursor-pointer">
          {t("shell.practice.lead")} <span className="text-accent underline underline-offset-2">{t("shell.practice.how")}</span>
        </summary>
        <p className="max-w-prose py-2">
          {t("shell.practice.settings")} {SETTINGS.map((setting) => (
            <code key={setting} dir="ltr" className="me-2 inline-block rounded-tag bg-code px-1">{setting}</code>
          ))}
        </p>
      </details>
    </aside>
  );
}
