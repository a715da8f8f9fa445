/** What visitors of the website find, changed: it holds for the next who opens the chat. */
import { useState } from "react";

import { Done } from "@/components/done";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { Section } from "@/components/list";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Connection } from "@/wire/frames";

import { kindOf } from "./kinds";
import { change } from "./queries";
import { checkGiven, type Given, NOTHING } from "./rules";

interface DoorSettingsProps {
  connection: Connection;
  onSaved: () => Promise<unknown>;
}

export function DoorSettings({ connection, onSaved }: DoorSettingsProps) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const [saved, setSaved] = useState(false);
  const kind = kindOf("widget", true);
  const form = useForm({
    initial: shown(connection.settings),
    check: (given) => (kind ? checkGiven(kind, given) : {}),
    send: async (given) => {
      setSaved(false);
      await change(api, tenant.id, connection.id, { given: answers(given, kind?.fields.map(({ name }) => name) ?? []) });
      await onSaved();
      setSaved(true);
    },
  });
  return (
    <Section title={t("channels.widget.settings")}>
      <form {...form.props}>
        <div className="grid gap-5">
          {kind?.fields.map(({ name, secret }) => (
            <TextField
              key={name}
              {...form.field(name)}
              label={t(`channels.field.${name}`)}
              help={t(`channels.help.${name}`)}
              type={secret ? "password" : "text"}
              autoComplete="off"
              spellCheck={!secret}
            />
          ))}
        </div>
        <FormFooter problem={form.problem} busy={form.busy} submit={t("form.save")} />
      </form>
      <Done className="mt-3">{saved ? t("channels.changed") : ""}</Done>
    </Section>
  );
}

/** Lists as they are typed; of a secret nothing is ever told. */
function shown(settings: Connection["settings"]): Given {
  const texts = Object.entries(settings).flatMap(([name, value]) => {
    if (!(name in NOTHING)) return [];
    return [[name, Array.isArray(value) ? value.map(String).join(", ") : typeof value === "string" ? value : ""] as const];
  });
  return { ...NOTHING, ...Object.fromEntries(texts) };
}

/** What is emptied is taken away; a secret that is not typed anew stays. */
function answers(given: Given, names: readonly (keyof Given)[]): Record<string, string> {
  const told = names.filter((name) => name !== "identity_secret" || given[name].trim() !== "");
  return Object.fromEntries(told.map((name) => [name, given[name].trim()]));
}
