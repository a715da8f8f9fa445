import { afterEach, expect, test, vi } from "vitest";

import { watchToday } from "./today";

afterEach(() => { vi.useRealTimers(); });

test("midnight is told, once, to all who watch, and to nobody who has stopped", () => {
  vi.useFakeTimers({ now: new Date("2026-11-26T23:58:30") });
  const [told, toldToo] = [vi.fn(), vi.fn()];
  const stop = watchToday(told);
  const stopOther = watchToday(toldToo);
  vi.advanceTimersByTime(60_000);
  expect(told).not.toHaveBeenCalled();
  vi.advanceTimersByTime(120_000);
  for (const each of [told, toldToo]) expect(each).toHaveBeenCalledOnce();
  stop();
  stopOther();
  vi.advanceTimersByTime(24 * 3_600_000);
  for (const each of [told, toldToo]) expect(each).toHaveBeenCalledOnce();
});
