/** Time and chance as the chat sees them, so that tests can turn the hands. */

export interface Clock {
  now(): number;
  /** Calls back after `ms`; the result cancels it. */
  after(ms: number, callback: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
  random: () => Math.random(),
};
