/** How an employee works, in words: who they are, what they always and never do, how errands go. */
import { Button } from "@/components/button";
import { tooLong, told } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useI18n } from "@/i18n/context";
import { wholeNumber } from "@/i18n/number";

import type { Employee } from "./queries";
import { SpecFooter } from "./spec-footer";
import { specOf, useSpecForm } from "./use-spec-form";

const MAX_INSTRUCTIONS = 20_000;
const SECTIONS = ["employee.always", "employee.never", "employee.procedures"] as const;

export function InstructionsTab({ employee }: { employee: Employee }) {
  const { t, language } = useI18n();
  const spec = useSpecForm({
    employee,
    initial: { instructions: specOf(employee).instructions },
    check: ({ instructions }) => told({ instructions: tooLong(instructions, MAX_INSTRUCTIONS) }),
    changes: ({ instructions }) => ({ instructions: instructions.trim() }),
  });
  const { form } = spec;
  const field = form.field("instructions");
  const count = field.value.split(/\s+/).filter(Boolean).length;
  const missing = SECTIONS.filter((section) => !field.value.includes(`## ${t(section)}`));
  return (
    <form {...form.props}>
      <TextField {...field} label={t("employee.instructions")} help={t("employee.instructionsHelp")} multiline />
      <p className="mt-2 text-sm text-soft">{t("employee.words", { count: wholeNumber(language, count) })}</p>
      {missing.length > 0 && (
        <div role="group" aria-label={t("employee.addSection")} className="mt-3 flex flex-wrap items-center gap-2 text-sm text-soft">
          {t("employee.addSection")}
          {missing.map((section) => (
            <Button
              key={section}
              onClick={() => { field.onChange(`${field.value.trimEnd()}\n\n## ${t(section)}\n- `.trimStart()); }}
            >
              {t(section)}
            </Button>
          ))}
        </div>
      )}
      <SpecFooter spec={spec} fields={{ instructions: "instructions" }} />
    </form>
  );
}
