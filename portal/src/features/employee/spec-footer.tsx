/** The two ways to save what an employee is, and what somebody else has made of it meanwhile. */
import { Banner } from "@/components/banner";
import { Button } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import { useI18n } from "@/i18n/context";
import { listTime } from "@/i18n/time";

import { useFieldName } from "./differences";
import { type SpecForm, specOf } from "./use-spec-form";

interface SpecFooterProps<Field extends string> {
  spec: SpecForm<Field>;
  /** Of the employee, each with the field of the form it is typed into. */
  fields: Partial<Record<Field, string>>;
}

export function SpecFooter<Field extends string>({ spec, fields }: SpecFooterProps<Field>) {
  const { t } = useI18n();
  const { form, onlySave } = spec;
  return (
    <>
      <Meanwhile spec={spec} fields={fields} />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("employee.publish")}>
        <Button type="submit" onClick={onlySave} aria-disabled={form.busy} className="aria-disabled:opacity-50">
          {t("employee.saveDraft")}
        </Button>
      </FormFooter>
    </>
  );
}

function Meanwhile<Field extends string>({ spec, fields }: SpecFooterProps<Field>) {
  const { t, language } = useI18n();
  const nameOf = useFieldName();
  if (!spec.meanwhile) return null;
  const { agent, edited } = spec.meanwhile;
  const theirs = specOf(spec.meanwhile) as unknown as Record<string, unknown>;
  const other = Object.entries<string | undefined>(fields as Record<string, string>)
    .map(([field]) => ({ field, there: textOf(theirs[field]) }))
    .filter(({ field, there }) => there !== spec.form.values[field as Field].trim());
  const time = edited.edited_at ? listTime(language, edited.edited_at) : "";
  return (
    <div role="alert" className="mt-6">
      <Banner tone="warn">
        <p className="font-medium">
          {t("employee.changedBy", { who: edited.edited_by ?? t("employee.somebody"), name: agent.name, time })}
        </p>
        {other.length > 0 && <p>{t("employee.changedLead")}</p>}
        <dl>
          {other.map(({ field, there }) => (
            <div key={field} className="mt-2">
              <dt className="font-medium">{nameOf(field)}</dt>
              <dd dir="auto" className="whitespace-pre-wrap">{there || t("employee.empty")}</dd>
            </div>
          ))}
        </dl>
        <p className="mt-2">{t("employee.changedSave")}</p>
      </Banner>
    </div>
  );
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join("\n");
  return typeof value === "string" ? value : "";
}
