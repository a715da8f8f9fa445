/** A word on a control that shows none, by pointer and by focus. Loaded with the page that has it. */
import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";

import { Headless } from "./headless";

/** `children` is the control; it has an accessible name of its own, for a tooltip gives it none. */
export function Tooltip({ word, children }: { word: string; children: ReactElement }) {
  return (
    <Headless>
      <Base.Root>
        <Base.Trigger render={children} />
        <Base.Portal>
          <Base.Positioner sideOffset={6} collisionPadding={8} className="z-(--z-menu)">
            <Base.Popup className="max-w-64 rounded-control border border-line bg-ink px-2.5 py-1.5 text-xs text-surface shadow-md">
              {word}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </Headless>
  );
}
