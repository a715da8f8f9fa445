/** Several views of one thing, of which one is seen. Loaded with the page that has them. */
import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

import { Headless } from "./headless";

export interface Tab {
  readonly value: string;
  readonly name: string;
  readonly contents: ReactNode;
}

interface TabsProps {
  label: string;
  of: readonly Tab[];
  value: string;
  onChange: (value: string) => void;
}

export function Tabs({ label, of, value, onChange }: TabsProps) {
  return (
    <Headless>
      <Base.Root value={value} onValueChange={(chosen: string) => { onChange(chosen); }}>
        <Base.List aria-label={label} className="flex flex-wrap gap-1 border-b border-line">
          {of.map((tab) => (
            <Base.Tab
              key={tab.value}
              value={tab.value}
              className="-mb-px min-h-10 border-b-2 border-transparent px-3 text-sm text-soft hover:text-ink data-active:border-accent data-active:font-medium data-active:text-ink"
            >
              {tab.name}
            </Base.Tab>
          ))}
        </Base.List>
        {of.map((tab) => (
          <Base.Panel key={tab.value} value={tab.value} className="pt-5">{tab.contents}</Base.Panel>
        ))}
      </Base.Root>
    </Headless>
  );
}
