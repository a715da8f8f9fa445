/** An employee's initial, always in the same colour for the same name. */

const GROUNDS = ["bg-teal-800", "bg-indigo-800", "bg-rose-800", "bg-amber-800", "bg-sky-800"];

export function Avatar({ name, className = "size-9" }: { name: string; className?: string }) {
  const sum = Array.from(name).reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return (
    <span
      aria-hidden="true"
      className={`grid shrink-0 place-items-center rounded-full text-sm font-semibold text-white ${GROUNDS[sum % GROUNDS.length] ?? ""} ${className}`}
    >
      {Array.from(name)[0]?.toUpperCase()}
    </span>
  );
}
