/** What an employee may be called and say first, and when people can be reached: as it is typed. */
import { countCodePoints } from "@/chat/code-points";
import { type Complaints, oneLine, told, tooLong } from "@/components/form/rules";
import type { DraftChanges, Hours } from "@/wire/frames";

const MAX = { name: 80, role: 160, greeting: 600, starters: 6, starter: 120 };
const MODEL = /^[A-Za-z0-9][\w.@+:/-]{0,199}$/;

export type ProfileField = "name" | "role" | "greeting" | "starters" | "model";
export type ProfileValues = Record<ProfileField, string>;

export function checkProfile(values: ProfileValues): Complaints<ProfileField> {
  const model = values.model.trim();
  const wellFormed = model === "" || (MODEL.test(model) && !model.includes("//"));
  return told({
    name: oneLine(values.name, MAX.name),
    role: oneLine(values.role, MAX.role, { mayBeEmpty: true }),
    greeting: tooLong(values.greeting, MAX.greeting),
    starters: checkStarters(linesOf(values.starters)),
    model: wellFormed ? undefined : { key: "employee.modelWrong" },
  });
}

function checkStarters(starters: readonly string[]) {
  if (starters.length > MAX.starters) return { key: "employee.startersMany", values: { count: starters.length } } as const;
  const long = starters.some((each) => countCodePoints(each) > MAX.starter);
  return long ? ({ key: "employee.starterLong", values: { max: MAX.starter } } as const) : undefined;
}

export function profileOf(values: ProfileValues): DraftChanges {
  return {
    name: values.name.trim(),
    role: values.role.trim(),
    greeting: values.greeting.trim(),
    starters: linesOf(values.starters),
    model: values.model.trim() || null,
  };
}

export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];
export type Span = [string, string];

/** What is wrong with hours: at which day, or at a field. */
export type HoursProblem = Day | "time_zone" | "closed";

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

export function wrongWith(hours: Hours): HoursProblem | undefined {
  if (!isTimeZone(hours.time_zone)) return "time_zone";
  if (!hours.closed.every((each) => DATE.test(each))) return "closed";
  return DAYS.find((day) => !fits(hours.week[day] ?? []));
}

/** A span that ends before it begins ends on the next day, and is the day's last. */
function fits(spans: readonly Span[]): boolean {
  const sorted = spans.toSorted(([a], [b]) => a.localeCompare(b));
  return sorted.every(([from, to], n) => {
    const next = sorted[n + 1];
    return from !== "" && to !== "" && from !== to && (!next || (from < to && to <= next[0]));
  });
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return name.includes("/");
  } catch {
    return false;
  }
}
