import type { ComponentProps } from "react";

const LOOKS = {
  primary: "border border-transparent bg-accent text-on-accent hover:bg-accent-hover disabled:opacity-50",
  quiet: "border border-line bg-raised text-ink hover:bg-hover disabled:opacity-50",
  danger: "border border-transparent bg-danger text-surface hover:opacity-90 disabled:opacity-50",
  link: "text-accent underline underline-offset-2 hover:text-accent-hover",
} as const;

const PADDED = "min-h-10 px-4 py-2";

interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof LOOKS;
}

/** A button's look, for a link that looks like one. */
export function buttonClass(look: keyof typeof LOOKS): string {
  return `rounded-control text-sm font-medium transition-colors ${look === "link" ? "" : PADDED} ${LOOKS[look]}`;
}

export function Button({ look = "quiet", className = "", type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={`${buttonClass(look)} ${className}`} {...rest} />;
}

/** A button's word that changes, in the room of the longest: what stands beside it stays where it is. */
export function OneOf({ shown, others }: { shown: string; others: readonly string[] }) {
  return (
    <span className="inline-grid place-items-center">
      {others.map((other) => (
        <span key={other} aria-hidden="true" className="invisible col-start-1 row-start-1">{other}</span>
      ))}
      <span className="col-start-1 row-start-1">{shown}</span>
    </span>
  );
}
