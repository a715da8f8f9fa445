/** Keys whose meaning depends on what is going on. */

/** What browsers report for keys that an input method takes for itself. */
const TAKEN_BY_INPUT_METHOD = 229;

/**
 * Whether a key belongs to a word that is being composed (Chinese, Japanese, Korean, accents).
 * Safari says so only by the old `keyCode`: its composition is over before the key that ends it.
 */
export function endsWord(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD;
}

/** Whether Escape is meant for the page, and not for a menu, a dialog or a word. */
export function escapes(event: KeyboardEvent): boolean {
  if (event.key !== "Escape" || event.defaultPrevented || endsWord(event)) return false;
  return !(event.target instanceof Element && event.target.closest("dialog, [role=menu], [aria-expanded=true]"));
}
