/** A labelled line or area of text, with what helps and what is wrong said beside it. */
import { type ComponentProps, useId } from "react";

const INPUT =
  "mt-1.5 block w-full scroll-mt-12 scroll-mb-16 rounded-control border bg-raised px-3 py-2.5 text-base font-normal text-ink placeholder:text-soft";

interface TextFieldProps extends Omit<ComponentProps<"input">, "onChange" | "value"> {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help?: string | undefined;
  error?: string | undefined;
  /** An area of several lines, which grows with what is written; a short one begins with few. */
  multiline?: boolean | "short";
}

export function TextField({ label, value, onChange, help, error, multiline = false, className = "", ...rest }: TextFieldProps) {
  const id = useId();
  const shared = {
    id,
    value,
    "aria-invalid": error !== undefined,
    "aria-describedby": `${id}-help ${id}-error`,
    className: `${INPUT} ${error === undefined ? "border-field" : "border-danger"}`,
    onChange: (event: { target: { value: string } }) => { onChange(event.target.value); },
  };
  return (
    <div className={className}>
      <label htmlFor={id} className="block text-sm font-medium">{label}</label>
      {multiline ? (
        <textarea
          {...shared}
          name={rest.name}
          className={`${shared.className} field-sizing-content max-h-[60vh] leading-relaxed ${multiline === "short" ? "min-h-24" : "min-h-48"}`}
        />
      ) : (
        <input {...rest} {...shared} />
      )}
      <p id={`${id}-help`} className="mt-1.5 text-sm text-soft empty:hidden">{help}</p>
      <p id={`${id}-error`} className="mt-1.5 text-sm text-danger empty:hidden">{error}</p>
    </div>
  );
}
