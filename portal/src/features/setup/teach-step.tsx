/** What the employee shall know: an address, or files. Reading goes on while one goes on. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { buttonClass } from "@/components/button";
import { Rows, Section } from "@/components/list";
import { Meter } from "@/components/meter";
import { StatusDot } from "@/components/status-dot";
import { AddSources } from "@/features/knowledge";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Source } from "@/wire/frames";

import { givenQuery, isBeingRead } from "./queries";

export function TeachStep() {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const given = useQuery(givenQuery(api, tenant.id));
  const read = given.data?.filter((source) => !isBeingRead(source)).length ?? 0;
  return (
    <>
      <p className="mb-5 text-soft">{t("setup.teachLead", { business: tenant.name })}</p>
      <AddSources />
      {given.data && given.data.length > 0 && (
        <Section title={t("setup.read", { read, all: given.data.length })}>
          <Rows label={t("setup.given")}>
            {given.data.map((source) => <SourceRow key={source.id} source={source} />)}
          </Rows>
        </Section>
      )}
      <p className="mt-6 flex flex-wrap justify-end gap-3">
        <Link to={at("set-up/employee")} className={`${buttonClass("primary")} inline-flex items-center`}>{t("setup.continue")}</Link>
      </p>
    </>
  );
}

function SourceRow({ source }: { source: Source }) {
  const { t } = useI18n();
  const { title, state, documents, indexed, progress, sentence } = source;
  const reading = isBeingRead(source);
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <p dir="auto" className="min-w-40 grow basis-0 font-medium wrap-anywhere">{title}</p>
        <StatusDot
          state={reading ? "warn" : state === "failed" ? "danger" : "ok"}
          word={t(reading ? "setup.reading" : state === "failed" ? "setup.failed" : "setup.known", { indexed, documents })}
        />
      </div>
      {reading && <Meter label={title} value={Math.round(progress * 100)} max={100} />}
      {sentence && <p className="mt-1 text-sm text-soft">{sentence}</p>}
    </li>
  );
}
