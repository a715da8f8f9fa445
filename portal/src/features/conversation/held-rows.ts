/** Rows that stay on the page though they are out of sight: those with the focus or selected text. */

/** A longer selection holds its ends only. */
const MAX_SELECTED = 400;

/** Indexes within `list`, whose rows carry theirs in `data-index`; in no order, perhaps repeated. */
export function heldRows(list: HTMLElement | null): number[] {
  if (!list) return [];
  const selection = document.getSelection();
  const selected =
    selection && !selection.isCollapsed
      ? between(rowOf(list, selection.anchorNode), rowOf(list, selection.focusNode))
      : [];
  const focused = rowOf(list, document.activeElement);
  return focused === null ? selected : [...selected, focused];
}

function between(one: number | null, other: number | null): number[] {
  if (one === null || other === null) return [one ?? other].filter((row) => row !== null);
  const first = Math.min(one, other);
  const length = Math.abs(one - other) + 1;
  if (length > MAX_SELECTED) return [one, other];
  return Array.from({ length }, (_, index) => first + index);
}

function rowOf(list: HTMLElement, node: Node | null): number | null {
  if (!node || !list.contains(node)) return null;
  const element = node instanceof Element ? node : node.parentElement;
  const index = element?.closest<HTMLElement>("li[data-index]")?.dataset.index;
  return index === undefined ? null : Number(index);
}
