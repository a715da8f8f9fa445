/**
 * In a list the arrows, and j and k, lead from row to row, Home and End to its ends: to the same
 * control as in the row before. From elsewhere on the page, j and k lead into its first list. Tab
 * goes through everything as before.
 */
import { type RefObject, useEffect } from "react";

const MARK = "data-rows";
const CONTROLS = "a[href], button:enabled, summary";
/** What takes these keys itself. */
const TAKES_KEYS = "input, textarea, select, [contenteditable], [role='textbox'], [role^='menu'], [role='option'], dialog";
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -Infinity, End: Infinity };
const LETTERS = ["j", "k"];

type Pressed = Pick<KeyboardEvent, "key" | "metaKey" | "ctrlKey" | "altKey" | "shiftKey" | "isComposing" | "defaultPrevented">;

/** How many rows on this key leads; null if it is not for lists. */
export function stepOf(event: Pressed): number | null {
  const { key, metaKey, ctrlKey, altKey, shiftKey, isComposing, defaultPrevented } = event;
  if (metaKey || ctrlKey || altKey || shiftKey || isComposing || defaultPrevented) return null;
  return STEPS[key] ?? null;
}

export function useRovingFocus(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const rows = list.current;
    if (!rows) return;
    rows.setAttribute(MARK, "");
    // On the document, so that what has these keys for itself, like a menu's button, comes first.
    const onKeyDown = (event: KeyboardEvent) => {
      const step = stepOf(event);
      const focused = event.target;
      if (step === null || !(focused instanceof Element) || focused.closest(TAKES_KEYS)) return;
      const within = rows.contains(focused);
      if (!within && !(LETTERS.includes(event.key) && isFirst(rows) && !focused.closest(`[${MARK}]`))) return;
      if (within && focused.ariaHasPopup && !LETTERS.includes(event.key)) return;
      const controls = Array.from(rows.children, (row) => Array.from(row.querySelectorAll<HTMLElement>(CONTROLS)))
        .filter((each) => each.length > 0);
      const at = controls.findIndex((each) => each.some((control) => control === focused));
      const row = controls[at < 0 ? 0 : Math.max(0, Math.min(controls.length - 1, at + step))];
      const column = controls[at]?.findIndex((control) => control === focused) ?? 0;
      row?.[Math.min(column, row.length - 1)]?.focus();
      if (row) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => { document.removeEventListener("keydown", onKeyDown); };
  }, [list]);
}

function isFirst(rows: HTMLElement): boolean {
  return document.querySelector(`[${MARK}]`) === rows && !document.querySelector("dialog[open]");
}
