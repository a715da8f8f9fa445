/** Who knows a source and until when it holds: in force as soon as it is chosen. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Done } from "@/components/done";
import { TextField } from "@/components/form/text-field";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { agentsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Source } from "@/wire/frames";

import { changeSource, type SourceChanges } from "./queries";
import { dayOf, endOf } from "./rules";

const REFRESHES: readonly Source["refresh"][] = ["never", "daily", "weekly", "monthly"];

export function SourceSettings({ source }: { source: Source }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const agents = useQuery(agentsQuery(api, tenant.id)).data ?? [];
  const [known, setKnown] = useState<readonly string[]>(source.agent_ids);
  const [until, setUntil] = useState(dayOf(source.valid_until));
  const [said, setSaid] = useState("");
  const save = async (changes: SourceChanges) => {
    setSaid("");
    try {
      await changeSource(api, tenant.id, source, changes);
      setSaid(t("knowledge.saved"));
    } catch (error) {
      setSaid(problemSentence(t, error));
    }
    await queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] });
  };
  const grant = (agentId: string, knows: boolean) => {
    const next = knows ? [...known, agentId] : known.filter((id) => id !== agentId);
    setKnown(next);
    void save({ agent_ids: next });
  };
  return (
    <div className="mt-6 grid gap-6 sm:grid-cols-2">
      <fieldset>
        <legend className="text-sm font-medium">{t("knowledge.whoKnows")}</legend>
        <div className="mt-2 grid gap-2">
          {agents.map(({ id, name }) => (
            <label key={id} className="flex items-center gap-3">
              <input
                type="checkbox"
                className="size-4 shrink-0 accent-(--accent)"
                checked={known.includes(id)}
                onChange={({ target }) => { grant(id, target.checked); }}
              />
              <span className="min-w-0 wrap-anywhere">{name}</span>
            </label>
          ))}
        </div>
        <p className="mt-1.5 text-sm text-soft">{t("knowledge.whoKnowsHelp")}</p>
      </fieldset>
      <TextField
        type="date"
        label={t("knowledge.validUntil")}
        help={t("knowledge.validUntilHelp")}
        value={until}
        onChange={setUntil}
        onBlur={() => { if (until !== dayOf(source.valid_until)) void save({ valid_until: endOf(until) }); }}
      />
      {source.uri && (
        <label className="block text-sm font-medium">
          {t("knowledge.refresh")}
          <select
            className="mt-1.5 block min-h-11 w-full rounded-control border border-field bg-raised px-3 py-2 text-base font-normal text-ink"
            value={source.refresh}
            onChange={({ target }) => void save({ refresh: target.value as Source["refresh"] })}
          >
            {REFRESHES.map((each) => <option key={each} value={each}>{t(`knowledge.refresh.${each}`)}</option>)}
          </select>
        </label>
      )}
      <Done className="sm:col-span-2">{said}</Done>
    </div>
  );
}
