/** Where the focus goes when what had it is gone, so that nobody has to begin at the top of the page. */

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
