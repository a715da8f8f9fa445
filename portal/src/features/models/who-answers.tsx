/** Who answers where an employee has no key of its own, and who when that one cannot. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Done } from "@/components/done";
import { Select } from "@/components/select";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useWorkspace } from "@/session/workspace";
import type { ModelKeys } from "@/wire/frames";

import { choose } from "./queries";
import { chosenFirst, chosenNext, INSTALLATION, NOBODY, standIn } from "./rules";

export function WhoAnswers({ keys: { items, choice } }: { keys: ModelKeys }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const [said, setSaid] = useState("");
  const save = async (chosen: Parameters<typeof choose>[2]) => {
    setSaid("");
    try {
      await choose(api, tenant.id, chosen);
      setSaid(t("models.saved"));
    } catch (error) {
      setSaid(problemSentence(t, error));
    } finally {
      await queries.invalidateQueries({ queryKey: ["llm-keys", tenant.id] });
    }
  };
  if (items.length === 0) return <p>{t(choice.installation_granted ? "models.onlyInstallation" : "models.nobodyAnswers")}</p>;
  const installation = { value: INSTALLATION, name: t("models.installation") };
  const named = items.map(({ id, name, model }) => ({ value: id, name: model ? `${name} · ${model}` : name }));
  const others = named.filter(({ value }) => value !== choice.default_key_id);
  return (
    <div className="grid gap-5">
      <Select
        label={t("models.default")}
        value={choice.default_key_id ?? INSTALLATION}
        of={[...named, ...(choice.installation_granted || choice.default_key_id === null ? [installation] : [])]}
        onChange={(who) => void save(chosenFirst(choice, who))}
      />
      {choice.default_key_id !== null && (
        <Select
          label={t("models.fallback")}
          help={t("models.fallbackHelp")}
          value={standIn(choice)}
          of={[{ value: NOBODY, name: t("models.nobody") }, ...others, ...(choice.installation_granted ? [installation] : [])]}
          onChange={(who) => void save(chosenNext(choice, who))}
        />
      )}
      <Done>{said}</Done>
    </div>
  );
}
