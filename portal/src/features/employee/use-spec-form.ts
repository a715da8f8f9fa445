/**
 * A form about what an employee is: saved as a draft, or published at once. If somebody else has
 * edited meanwhile, what was typed stays, and what is there now is shown beside it.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import type { Blame, Complaints } from "@/components/form/rules";
import { type Form, useForm } from "@/components/form/use-form";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import { Refused } from "@/wire/errors";
import type { DraftChanges } from "@/wire/frames";

import { type Employee, employeeQuery, publishDraft, saveDraft } from "./queries";

interface SpecFormOptions<Field extends string> {
  readonly employee: Employee;
  readonly initial: Record<Field, string>;
  readonly check: (values: Record<Field, string>) => Complaints<Field>;
  readonly changes: (values: Record<Field, string>) => DraftChanges;
  readonly blame?: Blame<NoInfer<Field>>;
}

export interface SpecForm<Field extends string> {
  readonly form: Form<Field>;
  /** What somebody else has made of it meanwhile. */
  readonly meanwhile: Employee | null;
  /** For the button that only saves; any other way of sending publishes. */
  readonly onlySave: () => void;
}

/** What the form begins with: the draft, else what is published. */
export function specOf({ agent, edited }: Employee): Employee["agent"] {
  return edited.draft ? { ...agent, ...edited.draft.spec } : agent;
}

export function useSpecForm<Field extends string>(options: SpecFormOptions<Field>): SpecForm<Field> {
  const { employee, initial, check, changes, blame } = options;
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const revision = useRef(employee.edited.revision);
  const publishes = useRef(true);
  const [meanwhile, setMeanwhile] = useState<Employee | null>(null);
  const { id, name } = employee.agent;

  const send = async (values: Record<Field, string>) => {
    const publish = publishes.current;
    publishes.current = true;
    try {
      const saved = await saveDraft(api, tenant.id, id, { ...changes(values), revision: revision.current });
      revision.current = saved.revision;
      setMeanwhile(null);
      if (!saved.draft) tell({ sentence: t("employee.nothingNew", { name }) });
      else if (!publish) tell({ sentence: t("employee.draftSaved") });
      else {
        const now = await publishDraft(api, tenant.id, id, { revision: saved.revision });
        revision.current = now.revision;
        tell({ sentence: t("employee.isPublished", { name: now.name, n: now.published_version }) });
      }
      await queries.invalidateQueries({ queryKey: ["agents", tenant.id] });
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "changed_meanwhile") throw error;
      const { queryKey } = employeeQuery(api, tenant.id, id);
      await queries.refetchQueries({ queryKey });
      const now = queries.getQueryData(queryKey);
      if (!now) throw error;
      revision.current = now.edited.revision;
      setMeanwhile(now);
    }
  };

  const form = useForm({ initial, check, send, ...(blame ? { blame } : {}) });
  return { form, meanwhile, onlySave: () => { publishes.current = false; } };
}
