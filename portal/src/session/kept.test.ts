import { expect, test } from "vitest";

import { memoryStorage } from "@/chat/testing";

import { Kept } from "./kept";

function refuse(): never {
  throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
}

/** Read and emptied as before, and taking nothing more. */
function overfull(storage: Storage): Storage {
  return Object.create(storage, { setItem: { value: refuse } }) as Storage;
}

const STORAGES: Record<string, () => Storage> = {
  forbidden: () => refuse(),
  full: () => overfull(memoryStorage()),
  "without anything that works": () =>
    ({ getItem: refuse, setItem: refuse, removeItem: refuse }) as unknown as Storage,
};

test.each(Object.entries(STORAGES))("a storage that is %s costs nothing before a reload", (_, storage) => {
  const kept = new Kept(storage);
  expect(kept.getItem("draft")).toBeNull();
  kept.setItem("draft", "hel");
  kept.setItem("draft", "hello");
  expect(kept.getItem("draft")).toBe("hello");
  expect(kept.keys()).toContain("draft");
  kept.removeItem("draft");
  expect(kept.getItem("draft")).toBeNull();
  expect(kept.keys()).not.toContain("draft");
});

test("what could not be changed is not what is read afterwards", () => {
  const storage = memoryStorage();
  storage.setItem("language", "en");
  const kept = new Kept(() => overfull(storage));
  kept.setItem("language", "es");
  expect(kept.getItem("language")).toBe("es");
});

test("what can be stored is, and another tab's change is seen", () => {
  const storage = memoryStorage();
  const kept = new Kept(() => storage);
  kept.setItem("seen", "1");
  storage.setItem("seen", "2");
  expect(kept.getItem("seen")).toBe("2");
});
