import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from "react";

import { focusOn, isLost, rescueFocus } from "./focus";
import { useRovingFocus } from "./roving-focus";

/** Rows of one kind under their own heading. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-10 first:mt-0">
      <h2 className="mb-3 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  const list = useRef<HTMLUListElement>(null);
  useKeptFocus(list);
  useRovingFocus(list);
  return (
    <ul ref={list} aria-label={label} className="divide-y divide-line rounded-card border border-line bg-raised">
      {children}
    </ul>
  );
}

/** That there is nothing yet, and what to do about it. */
export function Empty({ children }: { children: ReactNode }) {
  return (
    <div className="rounded-card border border-dashed border-line px-6 py-10 text-center text-soft">
      {children}
    </div>
  );
}

/** When the row that had the focus goes, the one now in its place has it, or without any the page. */
function useKeptFocus(list: RefObject<HTMLUListElement | null>): void {
  const had = useRef<{ row: Element; index: number } | null>(null);

  useLayoutEffect(() => {
    const { row, index } = had.current ?? {};
    if (!list.current || !row || index === undefined || row.isConnected) return;
    had.current = null;
    if (!isLost(document.activeElement)) return;
    const next = list.current.children[Math.min(index, list.current.children.length - 1)];
    if (next instanceof HTMLElement) focusOn(next);
  });

  useEffect(() => {
    const rows = list.current;
    if (!rows) return;
    const note = ({ target }: FocusEvent) => {
      const index = Array.from(rows.children).findIndex((each) => each.contains(target as Node));
      const row = rows.children[index];
      had.current = row ? { row, index } : null;
    };
    rows.addEventListener("focusin", note);
    return () => {
      rows.removeEventListener("focusin", note);
      if (had.current) rescueFocus();
    };
  }, [list]);
}
