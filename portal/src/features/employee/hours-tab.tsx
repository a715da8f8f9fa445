/** When people can be reached: by the business's hours, or by hours that this employee alone keeps. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { Button } from "@/components/button";
import { LoadFailed } from "@/components/load-failed";
import { Select } from "@/components/select";
import { FormSkeleton } from "@/components/skeleton";
import { StatusDot } from "@/components/status-dot";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useWorkspace } from "@/session/workspace";
import type { BusinessHours, Hours } from "@/wire/frames";

import { businessHoursQuery, type Employee, publishDraft, saveDraft, setBusinessHours } from "./queries";
import { type HoursProblem, wrongWith } from "./rules";
import { Week } from "./week";

export function HoursTab({ employee }: { employee: Employee }) {
  const { api, tenant } = useWorkspace();
  const shared = useQuery(businessHoursQuery(api, tenant.id));
  if (shared.isError && !shared.data) return <LoadFailed query={shared} />;
  return shared.data ? <HoursForm employee={employee} shared={shared.data} /> : <FormSkeleton />;
}

function HoursForm({ employee, shared }: { employee: Employee; shared: BusinessHours }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const { agent, edited } = employee;
  const theirs = agent.hours as Hours | null;
  const said = shared.hours as Hours | null;
  const [own, setOwn] = useState(theirs !== null);
  const [hours, setHours] = useState<{ own: Hours; shared: Hours }>({
    own: theirs ?? said ?? nothingYet(),
    shared: said ?? nothingYet(),
  });
  const [wrong, setWrong] = useState<HoursProblem>();
  const [refused, setRefused] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const shown = own ? hours.own : hours.shared;

  const save = async () => {
    const problem = wrongWith(shown);
    setWrong(problem);
    setRefused(null);
    if (problem) return;
    setBusy(true);
    try {
      if (!own) await setBusinessHours(api, tenant.id, shown, shared.revision);
      if (own || theirs !== null) {
        const saved = await saveDraft(api, tenant.id, agent.id, { hours: own ? { ...shown } : null, revision: edited.revision });
        if (saved.draft && !edited.draft) await publishDraft(api, tenant.id, agent.id, { revision: saved.revision });
      }
      tell({ sentence: t("employee.hoursSaved") });
    } catch (error) {
      setRefused(error);
    } finally {
      await Promise.all(["hours", "agents"].map((what) => queries.invalidateQueries({ queryKey: [what, tenant.id] })));
      setBusy(false);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy) void save();
  };
  return (
    <form noValidate onSubmit={submit}>
      <p className="mb-4 text-sm text-soft">{t("employee.hoursHelp", { name: agent.name })}</p>
      <div className="mb-6">
        <Select
          label={t("employee.hoursOf")}
          value={own ? "own" : "shared"}
          of={[
            { value: "shared", name: t("employee.hoursBusiness", { business: tenant.name }) },
            { value: "own", name: t("employee.hoursOwn") },
          ]}
          onChange={(whose) => { setOwn(whose === "own"); }}
        />
      </div>
      {!own && (
        <div className="mb-5 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-soft">
          {shared.open_now !== null && (
            <StatusDot state={shared.open_now ? "ok" : "off"} word={t(shared.open_now ? "employee.openNow" : "employee.closedNow")} />
          )}
          {said ? t("employee.hoursShared", { business: tenant.name }) : t("employee.hoursNever", { business: tenant.name })}
        </div>
      )}
      <Week
        key={own ? "own" : "shared"}
        hours={shown}
        wrong={wrong}
        onChange={(next) => { setHours({ ...hours, [own ? "own" : "shared"]: next }); }}
      />
      <p role="alert" className="mt-4 text-sm text-danger empty:mt-0">{refused !== null && problemSentence(t, refused)}</p>
      <div className="mt-6 flex justify-end">
        <Button type="submit" look="primary" aria-disabled={busy} className="aria-disabled:opacity-50">{t("employee.hoursSave")}</Button>
      </div>
    </form>
  );
}

function nothingYet(): Hours {
  return { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, week: {}, closed: [] };
}
