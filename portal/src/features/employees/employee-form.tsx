/** What there is to say about an employee, when hiring one and later. */
import { useId } from "react";
import { useNavigate } from "react-router";

import { Button } from "@/components/button";
import { dropFormDraft, formDraftPrefix } from "@/components/form/form-draft";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { useI18n } from "@/i18n/context";
import { usePerson } from "@/session/login-context";
import { useWorkspace } from "@/session/workspace";

import { checkEmployee, type EmployeeValues } from "./rules";

/** Names to pick from; any other that the installation reaches can be written. */
const MODELS = ["openai:gpt-5-mini", "openai:gpt-5", "anthropic:claude-sonnet-4-5", "anthropic:claude-haiku-4-5"];

interface EmployeeFormProps {
  initial: EmployeeValues;
  submit: string;
  /** Of which employee, `new` for one to be hired. */
  about: string;
  send: (values: EmployeeValues) => Promise<void>;
}

export function EmployeeForm({ initial, submit, about, send }: EmployeeFormProps) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const { userId } = usePerson();
  const { tenant, at } = useWorkspace();
  const models = useId();
  const draft = `${formDraftPrefix(userId)}${tenant.id}.${about}`;
  const form = useForm({ initial, check: checkEmployee, blame: { name_taken: "name", name_of_before: "name" }, send, draft });
  const cancel = () => {
    dropFormDraft(draft);
    void navigate(at("employees"));
  };
  return (
    <form {...form.props}>
      <div className="grid gap-5">
        <TextField
          {...form.field("name")}
          label={t("employees.name")}
          help={t("employees.nameHelp")}
          autoComplete="off"
          required
        />
        <TextField
          {...form.field("role")}
          label={t("employees.role")}
          help={t("employees.roleHelp")}
          autoComplete="off"
        />
        <TextField
          {...form.field("instructions")}
          label={t("employees.instructions")}
          help={t("employees.instructionsHelp")}
          multiline
        />
        <TextField
          {...form.field("model")}
          label={t("employees.model")}
          help={t("employees.modelHelp")}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          list={models}
        />
        <datalist id={models}>
          {MODELS.map((model) => <option key={model} value={model} />)}
        </datalist>
      </div>
      <FormFooter problem={form.problem} busy={form.busy} submit={submit}>
        <Button onClick={cancel}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}
