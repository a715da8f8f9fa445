/** What there is to say about an employee, when hiring one and later. */
import { useNavigate } from "react-router";

import { Button } from "@/components/button";
import { TextField } from "@/components/text-field";
import { useI18n } from "@/i18n/context";

import { FormFooter } from "./form-footer";
import { checkEmployee, type EmployeeValues } from "./rules";
import { useForm } from "./use-form";

interface EmployeeFormProps {
  initial: EmployeeValues;
  submit: string;
  send: (values: EmployeeValues) => Promise<void>;
}

export function EmployeeForm({ initial, submit, send }: EmployeeFormProps) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const form = useForm({ initial, check: checkEmployee, send });
  return (
    <form {...form.props}>
      <div className="grid gap-5">
        <TextField
          {...form.field("name")}
          label={t("employee.name")}
          help={t("employee.nameHelp")}
          autoComplete="off"
          required
        />
        <TextField
          {...form.field("role")}
          label={t("employee.role")}
          help={t("employee.roleHelp")}
          autoComplete="off"
        />
        <TextField
          {...form.field("instructions")}
          label={t("employee.instructions")}
          help={t("employee.instructionsHelp")}
          multiline
        />
        <TextField
          {...form.field("model")}
          label={t("employee.model")}
          help={t("employee.modelHelp")}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
      </div>
      <FormFooter problem={form.problem} busy={form.busy} submit={submit}>
        <Button onClick={() => void navigate("/team/employees")}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}
