/** A key's name and model, and the key anew. What is kept of it is not shown. */
import { useState } from "react";

import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FormFooter } from "@/components/form/form-footer";
import { oneLine, told } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { Select } from "@/components/select";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { ModelKey } from "@/wire/frames";

import { changeKey } from "./queries";

const MAX_NAME = 80;

interface ChangeKeyProps {
  modelKey: ModelKey;
  onClose: () => void;
  onDone: () => void;
}

export function ChangeKey({ modelKey, onClose, onDone }: ChangeKeyProps) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const { id, name, model, models, revision } = modelKey;
  const [chosen, setChosen] = useState(model ?? "");
  const form = useForm({
    initial: { name, model: model ?? "", given: "" },
    check: (values) => told({ name: oneLine(values.name, MAX_NAME), model: undefined, given: undefined }),
    blame: { key_unreadable: "given", key_of_another: "given", key_is_admins: "given" },
    send: async (values) => {
      const asked = (models.length > 0 ? chosen : values.model).trim();
      await changeKey(api, tenant.id, id, {
        revision,
        name: values.name,
        ...(asked && asked !== model ? { model: asked } : {}),
        ...(values.given.trim() ? { given: values.given } : {}),
      });
      onClose();
      onDone();
    },
  });
  const offered = model && !models.includes(model) ? [model, ...models] : models;
  return (
    <Dialog title={t("models.changeName", { name })} open onClose={onClose} sticky>
      <form {...form.props} className="mt-4">
        <div className="grid gap-5">
          <TextField {...form.field("name")} label={t("models.name")} required />
          {models.length > 0 ? (
            <Select label={t("models.model")} value={chosen} of={offered.map((each) => ({ value: each, name: each }))} onChange={setChosen} />
          ) : (
            <TextField {...form.field("model")} label={t("models.model")} autoCapitalize="off" spellCheck={false} />
          )}
          <TextField {...form.field("given")} label={t("models.newKey")} help={t("models.newKeyHelp")} type="password" autoComplete="off" />
        </div>
        <p role="status" className="mt-3 text-sm text-soft empty:mt-0">{form.busy ? t("models.trying") : ""}</p>
        <FormFooter problem={form.problem} busy={form.busy} submit={t("models.save")}>
          <Button onClick={onClose}>{t("form.cancel")}</Button>
        </FormFooter>
      </form>
    </Dialog>
  );
}
