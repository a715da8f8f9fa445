import { beforeEach, expect, test, vi } from "vitest";

import { isUnread, markSeen } from "./seen";

const EARLY = "2026-11-23T09:00:00Z";
const LATE = "2026-11-23T10:00:00Z";

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

test("what this browser has never met is not unread", () => {
  expect(isUnread("me", "talk", LATE)).toBe(false);
});

test("what came after the last look is unread", () => {
  markSeen("me", "talk", EARLY);
  expect(isUnread("me", "talk", LATE)).toBe(true);
  markSeen("me", "talk", LATE);
  expect(isUnread("me", "talk", LATE)).toBe(false);
});

test("a tab that knows less does not make read messages unread again", () => {
  markSeen("me", "talk", LATE);
  markSeen("me", "talk", EARLY);
  expect(isUnread("me", "talk", LATE)).toBe(false);
});
