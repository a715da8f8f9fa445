/**
 * What can be typed into the team's forms: the gateway's rules, told before it is asked. What it
 * alone can know (a name that is taken) comes back from it, and is told at the same field.
 */
import { countCodePoints } from "@/chat/code-points";
import type { MessageKey } from "@/i18n/en";
import { Refused } from "@/wire/errors";
import type { AgentChanges, AgentDetails, Employee } from "@/wire/frames";

/** A sentence by its key, so that it follows the language. */
export interface Complaint {
  readonly key: MessageKey;
  readonly values?: Record<string, string | number>;
}

export type Complaints<Field extends string> = Partial<Record<Field, Complaint | undefined>>;

/** In code points, as the gateway counts. */
const MAX = { agentName: 80, agentRole: 160, notice: 200, instructions: 20_000, name: 120, slug: 48 };
const PASSWORD = { min: 10, max: 256 };

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** Characters nobody sees, or that turn the direction of what stands around them. */
const HIDDEN = /\p{Cf}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u2800|\u3164|\uffa0/u;
/** Joiners where they shape letters or emoji, and the spelling of a region's flag. */
const SHAPING =
  /(?<=[\p{L}\p{M}\p{S}\p{Cn}])[\u200c\u200d](?=[\p{L}\p{M}\p{S}\p{Cn}])|(?<=\u{1f3f4})[\u{e0030}-\u{e007a}]+\u{e007f}/gu;
const MODEL = /^[A-Za-z0-9][\w.@+:/-]{0,199}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export type EmployeeField = "name" | "role" | "instructions" | "model";
export type EmployeeValues = Record<EmployeeField, string>;

export function checkEmployee(values: EmployeeValues): Complaints<EmployeeField> {
  const model = values.model.trim();
  const wellFormed = model === "" || (MODEL.test(model) && !model.includes("//"));
  return told({
    name: oneLine(values.name, MAX.agentName),
    role: oneLine(values.role, MAX.agentRole, { mayBeEmpty: true }),
    instructions: tooLong(values.instructions, MAX.instructions),
    model: wellFormed ? undefined : { key: "field.model" },
  });
}

/** As the gateway takes it. */
export function employeeOf(values: EmployeeValues): Employee {
  return {
    name: values.name.trim(),
    role: values.role.trim(),
    instructions: values.instructions.trim(),
    model: values.model.trim() || null,
  };
}

export function valuesOf(agent: AgentDetails): EmployeeValues {
  const { name, role, instructions, model } = agent;
  return { name, role, instructions, model: model ?? "" };
}

/** Only what was changed here: another admin may have changed the rest meanwhile. */
export function changesOf(before: AgentDetails, values: EmployeeValues): AgentChanges {
  const after = employeeOf(values);
  const fields = Object.keys(after) as EmployeeField[];
  return Object.fromEntries(
    fields.filter((field) => after[field] !== before[field]).map((field) => [field, after[field]]),
  );
}

export function checkNotice({ notice }: { notice: string }): Complaints<"notice"> {
  return told({ notice: oneLine(notice, MAX.notice, { mayBeEmpty: true }) });
}

export function checkInvitation({ email }: { email: string }): Complaints<"email"> {
  return told({ email: EMAIL.test(email.trim()) ? undefined : { key: "error.bad_email" } });
}

export type BusinessField = "name" | "slug";

export function checkBusiness(values: Record<BusinessField, string>): Complaints<BusinessField> {
  const slug = values.slug.trim();
  return told({
    name: oneLine(values.name, MAX.name),
    slug:
      slug === "" || (SLUG.test(slug) && slug.length <= MAX.slug)
        ? undefined
        : { key: "field.slug", values: { max: MAX.slug } },
  });
}

export type NewcomerField = "name" | "password";

/** Somebody new chooses both; somebody known gives the password they have. */
export function checkNewcomer(values: Record<NewcomerField, string>): Complaints<NewcomerField> {
  const length = countCodePoints(values.password);
  return told({
    name: oneLine(values.name, MAX.name),
    password:
      length >= PASSWORD.min && length <= PASSWORD.max
        ? undefined
        : { key: "field.password", values: PASSWORD },
  });
}

/** At which field to tell what the gateway refused; at none, it concerns the form. */
const BLAME: Partial<Record<string, string>> = {
  name_taken: "name",
  already_a_member: "email",
  bad_email: "email",
  slug_taken: "slug",
  wrong_credentials: "password",
  password_repeats: "password",
  password_is_name: "password",
};

export function blamedField<Field extends string>(
  fields: readonly Field[],
  error: unknown,
): Field | undefined {
  if (!(error instanceof Refused)) return undefined;
  return fields.find((field) => field === BLAME[error.code]);
}

function oneLine(text: string, max: number, { mayBeEmpty = false } = {}): Complaint | undefined {
  if (!mayBeEmpty && text.trim() === "") return { key: "field.empty" };
  if (CONTROL.test(text.trim())) return { key: "field.oneLine" };
  if (HIDDEN.test(text.trim().replace(SHAPING, ""))) return { key: "error.name_unseen" };
  return tooLong(text, max);
}

function tooLong(text: string, max: number): Complaint | undefined {
  const count = countCodePoints(text.trim());
  return count > max ? { key: "field.tooLong", values: { count, max } } : undefined;
}

function told<Field extends string>(
  complaints: Record<Field, Complaint | undefined>,
): Complaints<Field> {
  const there = Object.entries(complaints).filter(([, complaint]) => complaint !== undefined);
  return Object.fromEntries(there) as Complaints<Field>;
}
