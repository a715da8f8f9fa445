/** Who an employee is to people: name, job, greeting, opening questions; and which model speaks. */
import { TextField } from "@/components/form/text-field";
import { useI18n } from "@/i18n/context";

import type { Employee } from "./queries";
import { checkProfile, profileOf, type ProfileValues } from "./rules";
import { SpecFooter } from "./spec-footer";
import { specOf, useSpecForm } from "./use-spec-form";

export function ProfileTab({ employee }: { employee: Employee }) {
  const { t } = useI18n();
  const { name, role, greeting, starters, model } = specOf(employee);
  const initial: ProfileValues = { name, role, greeting, starters: starters.join("\n"), model: model ?? "" };
  const spec = useSpecForm({
    employee,
    initial,
    check: checkProfile,
    changes: profileOf,
    blame: { name_taken: "name" },
  });
  const { form } = spec;
  return (
    <form {...form.props}>
      <div className="grid gap-5">
        <TextField {...form.field("name")} label={t("employee.name")} help={t("employee.nameHelp")} autoComplete="off" required />
        <TextField {...form.field("role")} label={t("employee.role")} help={t("employee.roleHelp")} autoComplete="off" />
        <TextField {...form.field("greeting")} label={t("employee.greeting")} help={t("employee.greetingHelp")} multiline="short" />
        <TextField {...form.field("starters")} label={t("employee.starters")} help={t("employee.startersHelp")} multiline="short" />
        <TextField
          {...form.field("model")}
          label={t("employee.model")}
          help={t("employee.modelHelp")}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
      </div>
      <SpecFooter spec={spec} fields={{ name: "name", role: "role", greeting: "greeting", starters: "starters", model: "model" }} />
    </form>
  );
}
