/**
 * A form's values and what is wrong with them. What was typed stays whatever happens; after a
 * refusal the focus is at what has to be changed.
 */
import { type KeyboardEvent, type RefObject, type SubmitEvent, useEffect, useRef, useState } from "react";

import { type Translate, useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";

import { dropFormDraft, keepFormDraft, loadFormDraft } from "./form-draft";
import { type Blame, blamedField, type Complaint, type Complaints } from "./rules";

interface FormOptions<Field extends string> {
  readonly initial: Record<Field, string>;
  readonly check: (values: Record<Field, string>) => Complaints<Field>;
  /** At which field a refusal is told. */
  readonly blame?: Blame<NoInfer<Field>>;
  /** What the form is for; it rejects with what the gateway said. */
  readonly send: (values: Record<Field, string>) => Promise<void>;
  /** Where what is typed is kept over a reload or a log-out that nobody wanted. */
  readonly draft?: string;
  /** The sentence for a refusal that means something else here than elsewhere. */
  readonly explain?: (t: Translate, error: unknown) => string | undefined;
}

export interface Form<Field extends string> {
  readonly busy: boolean;
  /** What concerns no field. */
  readonly problem: string | undefined;
  readonly values: Readonly<Record<Field, string>>;
  /** For the `<form>`. */
  readonly props: {
    ref: RefObject<HTMLFormElement | null>;
    noValidate: true;
    onSubmit: (event: SubmitEvent) => void;
    /** In an area of several lines, Enter alone sends nothing. */
    onKeyDown: (event: KeyboardEvent) => void;
  };
  /** For a field's `<TextField>`. */
  readonly field: (name: Field) => {
    name: Field;
    value: string;
    error: string | undefined;
    onChange: (value: string) => void;
  };
}

export function useForm<Field extends string>(options: FormOptions<Field>): Form<Field> {
  const { t } = useI18n();
  const form = useRef<HTMLFormElement>(null);
  const { initial, draft } = options;
  const [values, setValues] = useState(() => (draft ? loadFormDraft(draft, initial) : null) ?? initial);
  const [complaints, setComplaints] = useState<Complaints<Field>>({});
  const [refusal, setRefusal] = useState<{ field: Field | undefined; error: unknown } | null>(null);
  const [busy, setBusy] = useState(false);
  const [failures, setFailures] = useState(0);

  useEffect(() => {
    if (failures > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [failures]);

  const submit = async () => {
    const found = options.check(values);
    setComplaints(found);
    setRefusal(null);
    if (Object.keys(found).length > 0) {
      setFailures((count) => count + 1);
      return;
    }
    setBusy(true);
    try {
      await options.send(values);
      if (draft) dropFormDraft(draft);
    } catch (error) {
      setRefusal({ field: blamedField(options.blame ?? {}, error), error });
      setFailures((count) => count + 1);
    } finally {
      setBusy(false);
    }
  };

  const explained = refusal && (options.explain?.(t, refusal.error) ?? problemSentence(t, refusal.error));
  return {
    busy,
    values,
    problem: refusal && !refusal.field ? (explained ?? undefined) : undefined,
    props: {
      ref: form,
      noValidate: true,
      onSubmit(event) {
        event.preventDefault();
        // A button that is disabled loses the focus; one that is busy does nothing.
        if (!busy) void submit();
      },
      onKeyDown(event) {
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.current?.requestSubmit();
      },
    },
    field: (name) => ({
      name,
      value: values[name],
      error: sentence(t, complaints[name]) ?? (refusal?.field === name ? (explained ?? undefined) : undefined),
      onChange(value) {
        const next = { ...values, [name]: value };
        setValues(next);
        if (draft) keepFormDraft(draft, initial, next);
        setComplaints((before) => ({ ...before, [name]: undefined }));
        if (refusal?.field === name) setRefusal(null);
      },
    }),
  };
}

function sentence(t: Translate, complaint: Complaint | undefined): string | undefined {
  return complaint && t(complaint.key, complaint.values);
}
