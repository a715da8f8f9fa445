/**
 * Who stands there, by an initial: an AI employee in a rounded-tag square that says so, a person in a
 * circle. The edge is seen only where colours are forced and grounds are not shown.
 */
import { useI18n } from "@/i18n/context";

const GROUNDS = ["bg-teal-800", "bg-indigo-800", "bg-rose-800", "bg-amber-800", "bg-sky-800"];

interface MarkProps {
  name: string;
  className?: string;
}

export function AiMark({ name, className = "size-9" }: MarkProps) {
  const { t } = useI18n();
  return (
    <span className={`relative shrink-0 ${className}`}>
      <Initial name={name} shape="rounded-control" />
      <span className="absolute -end-1.5 -bottom-1.5 rounded-tag border border-line bg-raised px-0.5 text-[0.625rem] leading-3 font-semibold text-ink">
        {t("mark.ai")}
      </span>
    </span>
  );
}

export function PersonMark({ name, className = "size-9" }: MarkProps) {
  return (
    <span className={`shrink-0 ${className}`}>
      <Initial name={name} shape="rounded-full" />
    </span>
  );
}

/** Always in the same colour for the same name. */
function Initial({ name, shape }: { name: string; shape: string }) {
  const letters = Array.from(name);
  const sum = letters.reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return (
    <span
      aria-hidden="true"
      className={`grid size-full place-items-center border border-transparent text-sm font-semibold text-white ${shape} ${GROUNDS[sum % GROUNDS.length] ?? ""}`}
    >
      {letters[0]?.toUpperCase()}
    </span>
  );
}
