/** Which day it is. What says "today" is drawn anew when that is another day. */
import { useSyncExternalStore } from "react";

/** A machine that slept over midnight, or was carried into another time zone, is noticed by then. */
const LOOKED_AT_EVERY_MS = 30_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

export function useToday(): string {
  return useSyncExternalStore(watchToday, today);
}

export function watchToday(changed: () => void): () => void {
  if (listeners.size === 0) {
    let seen = today();
    const look = () => {
      if (seen === today()) return;
      seen = today();
      for (const listener of listeners) listener();
    };
    timer = setInterval(look, LOOKED_AT_EVERY_MS);
  }
  listeners.add(changed);
  return () => {
    listeners.delete(changed);
    if (listeners.size === 0) clearInterval(timer);
  };
}

function today(): string {
  return new Date().toDateString();
}
