/**
 * What each close code of the protocol means to this page. What may pass is tried again, with a
 * pause; only what a later try cannot change ends the line.
 */
import { CloseCode } from "@/wire/frames";

import type { LineState } from "./connection";

export interface Closed {
  /** The line is over; without it, it is opened again. */
  readonly ends?: Extract<LineState, "forbidden" | "not-found" | "broken">;
  /** The token was not taken: it may be old, or its log-in over, which a fresh one tells. */
  readonly renew?: true;
  /** Not before. */
  readonly waitMs?: number;
  readonly asToldBefore?: true;
  /** What was sent and not accepted may be the reason: it waits for the person. */
  readonly blamesMessages?: true;
}

const MINUTE_MS = 60_000;
/** Slower than a lost line: whatever it is, it is not over in half a second. */
const PAUSE_MS = 5_000;

const CLOSED: Record<CloseCode, Closed> = {
  [CloseCode.INTERNAL_ERROR]: {},
  [CloseCode.GOING_AWAY]: {},
  [CloseCode.TOO_SLOW_READER]: {},
  // The same frames would end the next line too. A reload brings a newer page, where there is one.
  [CloseCode.BAD_FRAME]: { ends: "broken", blamesMessages: true },
  [CloseCode.NOT_AUTHENTICATED]: { renew: true },
  [CloseCode.FORBIDDEN]: { ends: "forbidden" },
  [CloseCode.NOT_FOUND]: { ends: "not-found" },
  // A slow network, or a page that slept in between.
  [CloseCode.AUTH_TIMEOUT]: { waitMs: PAUSE_MS },
  [CloseCode.TOO_BIG]: { waitMs: PAUSE_MS, blamesMessages: true },
  // Unless the error before it said how long.
  [CloseCode.TOO_FAST]: { waitMs: MINUTE_MS, asToldBefore: true },
};

/** Codes that are not ours are the network's. */
export function closed(code: number): Closed {
  return (CLOSED as Partial<Record<number, Closed>>)[code] ?? {};
}
