/** Hiring by a template: what it asks, and how its employee would say hello. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";

import { buttonClass } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import { type Complaints, oneLine, tooLong } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { Empty } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { AiMark } from "@/components/mark";
import { Select } from "@/components/select";
import { FormSkeleton } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Template } from "@/wire/frames";

import { hireByTemplate, templatesQuery } from "./queries";
import { answersOf, filledIn, NAME } from "./template-rules";

const MAX = { name: 80, line: 200, text: 2_000 };

export default function TemplatePage() {
  const { t, language } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const { template: id = "" } = useParams();
  const templates = useQuery(templatesQuery(api, tenant.id, language));
  const template = templates.data?.find((each) => each.id === id);
  const all = <Link to={at("employees/new")} className={`${buttonClass("quiet")} inline-flex items-center`}>{t("employees.otherTemplate")}</Link>;
  return (
    <Page title={template ? t("employees.hireRole", { role: template.role }) : t("employees.hireTitle")}>
      {templates.isPending && <FormSkeleton />}
      {templates.isError && !templates.data && <LoadFailed query={templates} />}
      {templates.data && !template && <Empty><p className="mb-4">{t("employees.noTemplate")}</p>{all}</Empty>}
      {template && <TemplateForm key={`${id} ${template.locale}`} template={template} all={all} />}
    </Page>
  );
}

function TemplateForm({ template, all }: { template: Template; all: React.ReactNode }) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { variables } = template;
  const initial: Record<string, string> = { [NAME]: template.name };
  for (const { name, default: usual } of variables) initial[name] = usual ?? (name === "company" ? tenant.name : "");

  const check = (values: Record<string, string>) => {
    const found: Complaints<string> = {};
    const complain = (name: string, complaint: Complaints<string>[string]) => { if (complaint) found[name] = complaint; };
    complain(NAME, oneLine(values[NAME] ?? "", MAX.name));
    for (const { name, type, default: usual } of variables) {
      const value = values[name] ?? "";
      const mayBeEmpty = usual !== null;
      complain(name, type === "long_text" ? tooLong(value, MAX.text) : oneLine(value, MAX.line, { mayBeEmpty }));
    }
    return found;
  };
  const form = useForm<string>({
    initial,
    check,
    blame: { name_taken: NAME },
    async send(values) {
      const { id, locale } = template;
      const hired = await hireByTemplate(api, tenant.id, { id, locale, ...answersOf(values) });
      await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
      await navigate(at("employees"), { state: { hired: { id: hired.id, name: hired.name } } });
    },
  });
  return (
    <form {...form.props}>
      <Hello template={template} values={form.values} />
      <div className="grid gap-5">
        <TextField {...form.field(NAME)} label={t("employees.name")} help={t("employees.nameHelp")} autoComplete="off" required />
        {variables.map(({ name, label, help, type, choices, default: usual }) => {
          const field = form.field(name);
          return type === "choice" ? (
            <Select
              key={name}
              label={label}
              help={help}
              value={field.value}
              of={choices.map((each) => ({ value: each, name: each }))}
              onChange={field.onChange}
            />
          ) : (
            <TextField
              key={name}
              {...field}
              label={label}
              help={help}
              required={usual === null}
              autoComplete="off"
              multiline={type === "long_text" ? "short" : false}
            />
          );
        })}
      </div>
      <FormFooter problem={form.problem} busy={form.busy} submit={t("employees.hire")}>{all}</FormFooter>
    </form>
  );
}

/** As it would be read, with what is answered so far. */
function Hello({ template, values }: { template: Template; values: Readonly<Record<string, string>> }) {
  const { t } = useI18n();
  const typed = values[NAME]?.trim() ?? "";
  const name = typed === "" ? template.name : typed;
  return (
    <section aria-label={t("employees.preview")} className="mb-6 flex gap-3 rounded-card border border-line bg-raised p-4">
      <AiMark name={name} />
      <div className="min-w-0 text-sm">
        <p className="wrap-anywhere">{filledIn(template.greeting, values)}</p>
        <ul className="mt-2 grid gap-1 text-soft">
          {template.starters.map((starter) => <li key={starter} className="wrap-anywhere">{filledIn(starter, values)}</li>)}
        </ul>
      </div>
    </section>
  );
}
