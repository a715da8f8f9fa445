/** What is told in passing, at one place of the page. What shows it is loaded with the first one. */

export interface Told {
  readonly sentence: string;
  /** Takes it back, as long as it is told. */
  readonly undo?: () => Promise<unknown>;
}

let waiting: readonly Told[] = [];
const watching = new Set<() => void>();

export function tell(told: Told): void {
  waiting = [...waiting, told];
  changed();
}

/** What nobody has shown yet; it is the caller's to show. */
export function takeTold(): readonly Told[] {
  const taken = waiting;
  waiting = [];
  return taken;
}

export function watchTold(callback: () => void): () => void {
  watching.add(callback);
  return () => watching.delete(callback);
}

export function somethingTold(): boolean {
  return waiting.length > 0;
}

function changed(): void {
  for (const callback of watching) callback();
}
