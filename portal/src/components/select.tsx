/** One of several, in force at once or with a form. Loaded with the page that has it. */
import { Select as Base } from "@base-ui/react/select";
import { useId, useState } from "react";

import { Headless, POPUP, ROW } from "./headless";
import { Icon } from "./icons";

export interface Choice {
  readonly value: string;
  readonly name: string;
}

interface SelectProps {
  label: string;
  help?: string;
  value: string;
  of: readonly Choice[];
  onChange: (value: string) => void;
}

export function Select({ label, help, value, of, onChange }: SelectProps) {
  const id = useId();
  const [here, setHere] = useState<HTMLElement | null>(null);
  return (
    <Headless>
      <div>
        <span id={`${id}-label`} className="block text-sm font-medium">{label}</span>
        <Base.Root
          items={of.map((each) => ({ value: each.value, label: each.name }))}
          value={value}
          onValueChange={(chosen) => { if (chosen !== null) onChange(chosen); }}
          modal={false}
        >
          <Base.Trigger
            aria-labelledby={`${id}-label ${id}-value`}
            aria-describedby={`${id}-help`}
            className="mt-1.5 flex min-h-11 w-full max-w-sm items-center justify-between gap-3 rounded-control border border-field bg-raised px-3 text-start text-base text-ink"
          >
            <span id={`${id}-value`} className="min-w-0 truncate"><Base.Value /></span>
            <Icon name="chevrons" className="size-4 shrink-0 text-soft" />
          </Base.Trigger>
          {/* Beside its field: in its landmark, and in the dialog if it is in one. */}
          <span ref={setHere} className="contents" />
          <Base.Portal container={here}>
            <Base.Positioner sideOffset={6} collisionPadding={8} alignItemWithTrigger={false} className="z-(--z-menu)">
              <Base.Popup className={POPUP}>
                {of.map((each) => (
                  <Base.Item key={each.value} value={each.value} className={ROW}>
                    <Base.ItemText className="min-w-0 truncate">{each.name}</Base.ItemText>
                    <Base.ItemIndicator><Icon name="check" className="size-4 text-accent" /></Base.ItemIndicator>
                  </Base.Item>
                ))}
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
        <p id={`${id}-help`} className="mt-1.5 text-sm text-soft empty:hidden">{help}</p>
      </div>
    </Headless>
  );
}
