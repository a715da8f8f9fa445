/** What could not be sent, or of which nobody knows whether it arrived; each may be sent again. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { Done } from "@/components/done";
import { Rows, Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { fullTime } from "@/i18n/time";
import { useWorkspace } from "@/session/workspace";

import { deadQuery, replay } from "./queries";

export function DeadLetters({ connectionId }: { connectionId: string }) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const dead = useQuery(deadQuery(api, tenant.id, connectionId));
  const [said, setSaid] = useState("");
  const again = async (deliveryId: string) => {
    try {
      const { parts } = await replay(api, tenant.id, connectionId, deliveryId);
      setSaid(t("channels.replayed", { count: parts }));
    } catch (error) {
      setSaid(problemSentence(t, error));
    }
    await queries.invalidateQueries({ queryKey: ["channels", tenant.id] });
  };
  if (dead.isError && !dead.data) return <LoadFailed query={dead} />;
  return (
    <Section title={t("channels.dead")}>
      <p className="mb-3 text-sm text-soft">{t("channels.deadLead")}</p>
      <Rows label={t("channels.dead")}>
        {(dead.data ?? []).map(({ id, state, last_code, created_at }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-40 grow basis-0 text-sm">
              <p>{fullTime(language, created_at)}</p>
              <p className="text-soft">{t(state === "unsure" ? "channels.unsure" : "channels.deadWhy", { code: last_code ?? "" })}</p>
            </div>
            <Button onClick={() => void again(id)}>{t("channels.replay")}</Button>
          </li>
        ))}
      </Rows>
      <Done className="mt-3">{said}</Done>
    </Section>
  );
}
