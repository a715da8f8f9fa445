/** How long to wait before the next try: doubling, with jitter so that not all come at once. */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

export function backoffMs(failures: number, random: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (0.5 + random / 2);
}
