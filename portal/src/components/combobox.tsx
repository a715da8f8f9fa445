/** A line to write in, with what fits of a list below it; anything else may be written, too. */
import { Autocomplete } from "@base-ui/react/autocomplete";
import { useId, useState } from "react";

import { Headless, POPUP, ROW } from "./headless";

interface ComboboxProps {
  label: string;
  help?: string | undefined;
  error?: string | undefined;
  name?: string;
  value: string;
  of: readonly string[];
  onChange: (value: string) => void;
}

export function Combobox({ label, help, error, name, value, of, onChange }: ComboboxProps) {
  const id = useId();
  const [here, setHere] = useState<HTMLElement | null>(null);
  return (
    <Headless>
      <Autocomplete.Root items={of} value={value} onValueChange={(written) => { onChange(written); }} openOnInputClick>
        <div>
          <label htmlFor={id} className="block text-sm font-medium">{label}</label>
          <Autocomplete.Input
            id={id}
            name={name}
            aria-invalid={error !== undefined}
            aria-describedby={`${id}-help ${id}-error`}
            autoCapitalize="off"
            spellCheck={false}
            className={`mt-1.5 block w-full scroll-mt-12 scroll-mb-16 rounded-control border bg-raised px-3 py-2.5 text-base font-normal text-ink placeholder:text-soft ${error === undefined ? "border-field" : "border-danger"}`}
          />
          <p id={`${id}-help`} className="mt-1.5 text-sm text-soft empty:hidden">{help}</p>
          <p id={`${id}-error`} className="mt-1.5 text-sm text-danger empty:hidden">{error}</p>
        </div>
        {/* Beside its field: in its landmark, and in the dialog if it is in one. */}
        <span ref={setHere} className="contents" />
        <Autocomplete.Portal container={here}>
          <Autocomplete.Positioner sideOffset={6} collisionPadding={8} className="z-(--z-menu)">
            <Autocomplete.Popup className={`${POPUP} w-(--anchor-width) data-empty:hidden`}>
              <Autocomplete.List>
                {(item: string) => (
                  <Autocomplete.Item key={item} value={item} className={ROW}>{item}</Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
    </Headless>
  );
}
