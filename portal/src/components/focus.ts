/** Where the focus goes when what had it is gone, so that nobody has to begin at the top of the page. */
import { useEffect } from "react";

/** What a page marks as the place where one goes on, else its heading. */
export function rescueFocus(): void {
  if (!isLost(document.activeElement)) return;
  // On a phone a field would bring the keyboard up.
  const marked = matchMedia("(hover: hover)").matches ? "main [data-goes-on-here]:enabled" : "main h1";
  const place =
    document.querySelector<HTMLElement>(marked) ??
    document.querySelector<HTMLElement>("main h1");
  if (place) focusOn(place);
}

/** On what is no field or button too. */
export function focusOn(place: HTMLElement): void {
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus();
}

export function isLost(focused: Element | null): boolean {
  return focused === null || focused === document.body || focused.matches(":disabled");
}

/** Whatever goes with the focus, a button that has done its work or a line that is answered, it is rescued. */
export function useFocusRescue(): void {
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    let focused: Element | null = null;
    document.addEventListener("focusin", ({ target }) => { focused = target as Element; }, { signal });
    // Left on purpose, it is still there.
    const left = ({ target }: FocusEvent) => {
      queueMicrotask(() => {
        if (focused === target && focused?.isConnected) focused = null;
      });
    };
    document.addEventListener("focusout", left, { signal });
    const observer = new MutationObserver(() => {
      if (!focused || focused.isConnected) return;
      focused = null;
      rescueFocus();
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      ending.abort();
      observer.disconnect();
    };
  }, []);
}
