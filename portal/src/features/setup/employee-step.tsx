/** Who answers: drafted from a template and from what was read, to be changed, then hired. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { FormFooter } from "@/components/form/form-footer";
import { oneLine, told } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { LoadFailed } from "@/components/load-failed";
import { Select } from "@/components/select";
import { FormSkeleton } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { DraftedEmployee } from "@/wire/frames";

import { draftQuery, givenQuery, hireDrafted, isBeingRead, rolesQuery } from "./queries";

const MAX = { name: 80, role: 160, starters: 6, questions: 20, line: 120 };

export function EmployeeStep() {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const [template, setTemplate] = useState("receptionist");
  const roles = useQuery(rolesQuery(api, tenant.id, language));
  const draft = useQuery(draftQuery(api, tenant.id, template, language));
  const reading = useQuery(givenQuery(api, tenant.id)).data?.some(isBeingRead) ?? false;
  return (
    <>
      <p className="mb-5 text-soft">{t(reading ? "setup.employeeReading" : "setup.employeeLead")}</p>
      {roles.data && (
        <div className="mb-5">
          <Select
            label={t("setup.template")}
            value={template}
            of={roles.data.map(({ id, role }) => ({ value: id, name: role }))}
            onChange={setTemplate}
          />
        </div>
      )}
      {draft.isPending && <FormSkeleton />}
      {draft.isError && !draft.data && <LoadFailed query={draft} />}
      {draft.data && <DraftForm key={`${template} ${language}`} draft={draft.data} />}
    </>
  );
}

function DraftForm({ draft }: { draft: DraftedEmployee }) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initial: { name: draft.name, role: draft.role, starters: draft.starters.join("\n"), questions: draft.questions.join("\n") },
    check: (values) =>
      told({
        name: oneLine(values.name, MAX.name),
        role: oneLine(values.role, MAX.role, { mayBeEmpty: true }),
        starters: fits(values.starters, MAX.starters),
        questions: fits(values.questions, MAX.questions),
      }),
    blame: { name_taken: "name" },
    async send({ name, role, starters, questions }) {
      const asTyped = { ...draft, name: name.trim(), role: role.trim(), starters: linesOf(starters), questions: linesOf(questions) };
      const { id } = await hireDrafted(api, tenant.id, asTyped, tenant.name);
      await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
      await navigate(`${at("set-up/try")}?employee=${id}`);
    },
  });
  return (
    <form {...form.props}>
      <div className="grid gap-5">
        <TextField {...form.field("name")} label={t("setup.name")} autoComplete="off" required />
        <TextField {...form.field("role")} label={t("setup.role")} autoComplete="off" />
        <TextField {...form.field("starters")} label={t("setup.starters")} help={t("setup.startersHelp")} multiline="short" />
        <TextField {...form.field("questions")} label={t("setup.questions")} help={t("setup.questionsHelp")} multiline />
      </div>
      <FormFooter problem={form.problem} busy={form.busy} submit={t("setup.hire")} />
    </form>
  );
}

function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

function fits(text: string, most: number) {
  const lines = linesOf(text);
  if (lines.length > most) return { key: "setup.tooMany", values: { count: lines.length, max: most } } as const;
  const long = lines.some((line) => Array.from(line).length > MAX.line);
  return long ? ({ key: "setup.tooLong", values: { max: MAX.line } } as const) : undefined;
}
