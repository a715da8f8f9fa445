/** What two versions do not share: texts line by line, all else before and after. */
import { useI18n } from "@/i18n/context";
import type { MessageKey } from "@/i18n/en";
import type { Difference } from "@/wire/frames";

const NAMES: Record<string, MessageKey> = {
  name: "employee.name",
  role: "employee.role",
  instructions: "employee.instructions",
  model: "employee.model",
  tools: "employee.tools",
  helps_while_waiting: "employee.helps",
  greeting: "employee.greeting",
  starters: "employee.starters",
  hours: "employee.hours",
  about: "employee.about",
  knowledge: "employee.knowledge",
};

export function useFieldName(): (field: string) => string {
  const { t } = useI18n();
  return (field) => (NAMES[field] ? t(NAMES[field]) : field);
}

export function Differences({ of }: { of: readonly Difference[] }) {
  const { t } = useI18n();
  const nameOf = useFieldName();
  return (
    <dl className="grid gap-4">
      {of.map((each) => (
        <div key={each.field}>
          <dt className="text-sm font-medium">{nameOf(each.field)}</dt>
          <dd className="mt-1 text-sm">
            {each.lines.length > 0 ? (
              <Lines lines={each.lines} />
            ) : (
              <>
                <Line op="out">{shown(each.before) || t("employee.empty")}</Line>
                <Line op="in">{shown(each.after) || t("employee.empty")}</Line>
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Lines that stayed are shown only next to one that did not. */
function Lines({ lines }: { lines: Difference["lines"] }) {
  const near = lines.map((_, n) => [n - 1, n, n + 1].some((at) => lines[at] !== undefined && lines[at].op !== "same"));
  return (
    <div className="rounded-control border border-line py-1">
      {lines.map((line, n) => near[n] && <Line key={n} op={line.op}>{line.text}</Line>)}
    </div>
  );
}

function Line({ op, children }: { op: Difference["lines"][number]["op"]; children: string }) {
  const { t } = useI18n();
  if (op === "same") return <p dir="auto" className="px-2 wrap-anywhere whitespace-pre-wrap text-soft">{children || " "}</p>;
  const look = op === "in" ? "bg-ok-ground" : "bg-danger-ground line-through decoration-1";
  return (
    <p dir="auto" className={`px-2 wrap-anywhere whitespace-pre-wrap ${look}`}>
      <span className="sr-only">{t(op === "in" ? "employee.added" : "employee.removed")} </span>
      {children || " "}
    </p>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === false) return "";
  if (typeof value === "string") return value;
  if (value === true) return "✓";
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value.join("\n");
  return JSON.stringify(value, null, 1);
}
