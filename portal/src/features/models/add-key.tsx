/** One field that takes a key or an address, says whose it is, and what came of trying it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { Select } from "@/components/select";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { ModelKey } from "@/wire/frames";

import { addKey, providersQuery } from "./queries";
import { seen } from "./rules";

const NOTHING = { given: "", key: "" };

export function AddKey() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const providers = useQuery(providersQuery(api, tenant.id));
  const [named, setNamed] = useState("");
  const [tried, setTried] = useState<ModelKey | null>(null);
  // What was pasted is gone with the form, once it is kept.
  const [round, setRound] = useState(0);
  return (
    <>
      <Field
        key={round}
        providers={providers.data ?? []}
        named={named}
        onNamed={setNamed}
        onSend={async (given, key, provider) => {
          setTried(null);
          setTried(await addKey(api, tenant.id, { given, ...(key ? { key } : {}), ...(provider ? { provider } : {}) }));
          setNamed("");
          setRound((count) => count + 1);
          await queries.invalidateQueries({ queryKey: ["llm-keys", tenant.id] });
        }}
      />
      <p role="status" className={`mt-3 wrap-anywhere empty:mt-0 ${tried?.state === "ok" ? "text-ink" : "text-danger"}`}>
        {tried && t(`models.tried.${tried.state}`, { name: tried.name, model: tried.model ?? "" })}
      </p>
    </>
  );
}

interface FieldProps {
  providers: Parameters<typeof seen>[1];
  named: string;
  onNamed: (provider: string) => void;
  onSend: (given: string, key: string, provider: string) => Promise<void>;
}

function Field({ providers, named, onNamed, onSend }: FieldProps) {
  const { t } = useI18n();
  const whose = (given: string) => seen(given, providers);
  const form = useForm({
    initial: NOTHING,
    check: ({ given }) => (given.trim() === "" ? { given: { key: "models.paste" as const } } : {}),
    blame: { key_unknown: "given", key_ambiguous: "given", key_unreadable: "given", key_is_admins: "given", key_of_another: "given", bad_request: "given" },
    send: ({ given, key }) => onSend(given, whose(given).what === "address" ? key : "", whose(given).what === "address" ? "" : named),
  });
  const found = whose(form.values.given);
  const asks = found.what === "unknown" || (found.what === "key" && found.of.length > 1);
  const offered = found.what === "key" ? found.of : providers;
  return (
    <form {...form.props}>
      <TextField
        {...form.field("given")}
        label={t("models.given")}
        help={t("models.sealed")}
        type={found.what === "address" ? "text" : "password"}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        required
      />
      <p role="status" className="mt-1 text-sm font-medium empty:mt-0">
        {found.what === "address" && t("models.seen.address")}
        {found.what === "key" && (found.of.length > 1 ? t("models.seen.several") : t("models.seen.key", { name: found.of[0]?.name ?? "" }))}
      </p>
      {found.what === "address" && (
        <TextField {...form.field("key")} className="mt-4" label={t("models.serverKey")} help={t("models.serverKeyHelp")} type="password" autoComplete="off" />
      )}
      {asks && (
        <div className="mt-4">
          <Select
            label={t("models.whose")}
            value={named}
            of={[{ value: "", name: t("models.whoseUnknown") }, ...offered.map(({ id, name }) => ({ value: id, name }))]}
            onChange={onNamed}
          />
        </div>
      )}
      <p role="status" className="mt-3 text-sm text-soft empty:mt-0">{form.busy ? t("models.trying") : ""}</p>
      <FormFooter problem={form.problem} busy={form.busy} submit={t("models.addButton")} />
    </form>
  );
}
