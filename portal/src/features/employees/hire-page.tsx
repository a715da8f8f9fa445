/** Hiring: by one of the templates that come along, or with an empty form. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Icon } from "@/components/icons";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { templatesQuery } from "./queries";
import { TemplateMark } from "./template-mark";

export default function HirePage() {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const templates = useQuery(templatesQuery(api, tenant.id, language));
  return (
    <Page title={t("employees.hireTitle")}>
      <p className="mb-5 text-soft">{t("employees.galleryLead")}</p>
      {templates.isPending && <RowSkeletons rows={3} className="h-40" />}
      {templates.isError && !templates.data && <LoadFailed query={templates} />}
      {templates.data && (
        <ul aria-label={t("employees.gallery")} className="grid gap-4 sm:grid-cols-2">
          {templates.data.map(({ id, role, summary, icon, starters }) => (
            <Card key={id} to={`employees/new/${id}`} title={role} mark={<TemplateMark icon={icon} />}>
              <p className="text-sm">{summary}</p>
              <ul className="mt-3 grid gap-1 text-sm text-soft">
                {starters.map((starter) => <li key={starter}>“{starter}”</li>)}
              </ul>
            </Card>
          ))}
          <Card to="set-up" title={t("employees.fromFiles")} mark={<Icon name="knowledge" className="size-5" />}>
            <p className="text-sm">{t("employees.fromFilesLead")}</p>
          </Card>
          <Card to="employees/new/blank" title={t("employees.blank")} mark={<Icon name="add" className="size-5" />}>
            <p className="text-sm">{t("employees.blankLead")}</p>
          </Card>
        </ul>
      )}
    </Page>
  );
}

interface CardProps {
  to: string;
  title: string;
  mark: React.ReactNode;
  children: React.ReactNode;
}

/** All of it leads there; who listens is told the title. */
function Card({ to, title, mark, children }: CardProps) {
  const { at } = useWorkspace();
  return (
    <li className="relative rounded-card border border-line bg-raised p-4 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      <h2 className="mb-2 flex items-center gap-3 font-semibold">
        <span aria-hidden="true" className="grid size-9 shrink-0 place-items-center rounded-control bg-mine text-accent">{mark}</span>
        <Link to={at(to)} className="min-w-0 wrap-anywhere after:absolute after:inset-0">{title}</Link>
      </h2>
      {children}
    </li>
  );
}
