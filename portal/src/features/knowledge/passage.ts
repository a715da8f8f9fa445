/**
 * A long text in parts that a page can show, and the place in it that an answer quoted. Places are
 * counted in code points, as the gateway counts them.
 */
import { dropCodePoints } from "@/chat/code-points";

export interface Place {
  readonly start: number;
  readonly end: number;
}

const PART_CHARS = 20_000;

/** `?at=120-180`; null if it names no place. */
export function placeOf(at: string | null): Place | null {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(at ?? "") ?? [];
  const place = { start: Number(from), end: Number(to) };
  return place.start < place.end ? place : null;
}

/** The same place in UTF-16 units, which strings here are counted in. */
export function inUnits(text: string, { start, end }: Place): Place {
  const before = dropCodePoints(text, start);
  const behind = dropCodePoints(before, end - start);
  return { start: text.length - before.length, end: text.length - behind.length };
}

/** Where each part begins: at a new line, where there is one near. */
export function partsOf(text: string, most = PART_CHARS): readonly number[] {
  const starts = [0];
  for (let at = most; at < text.length; at = (starts.at(-1) ?? 0) + most) {
    const line = text.lastIndexOf("\n", at) + 1;
    const isNear = line > (starts.at(-1) ?? 0) + most / 2;
    const isPair = (text.codePointAt(at - 1) ?? 0) > 0xffff;
    starts.push(isNear ? line : isPair ? at + 1 : at);
  }
  return starts;
}

/** The number of the part in which a unit stands. */
export function partWith(starts: readonly number[], unit: number): number {
  return Math.max(0, starts.findLastIndex((start) => start <= unit));
}
