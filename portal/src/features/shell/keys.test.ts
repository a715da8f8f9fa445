import { beforeAll, expect, test, vi } from "vitest";

import { Keys } from "./keys";

/** As much of an element as is asked. */
class Node {
  readonly #writes: boolean;
  constructor(writes = false) {
    this.#writes = writes;
  }
  closest() {
    return this.#writes ? this : null;
  }
}

beforeAll(() => { vi.stubGlobal("Element", Node); });

const PLACES = new Map([["h", "/b/acme/home"]]);

function pressed(key: string, more: Partial<KeyboardEvent> & { writing?: boolean } = {}) {
  const { writing = false, ...rest } = more;
  return {
    key, metaKey: false, ctrlKey: false, altKey: false, isComposing: false, timeStamp: 0,
    target: new Node(writing) as unknown as EventTarget, ...rest,
  };
}

test("g and a letter lead to its place, if the letter comes soon", () => {
  const keys = new Keys(PLACES);
  expect(keys.hear(pressed("h"))).toBeNull();
  expect(keys.hear(pressed("g", { timeStamp: 10 }))).toBeNull();
  expect(keys.hear(pressed("h", { timeStamp: 500 }))).toEqual({ kind: "go", to: "/b/acme/home" });
  keys.hear(pressed("g", { timeStamp: 1_000 }));
  expect(keys.hear(pressed("h", { timeStamp: 9_000 }))).toBeNull();
});

test("who writes is not disturbed, but by what no text has", () => {
  const keys = new Keys(PLACES);
  for (const key of ["?", "g", "h"]) expect(keys.hear(pressed(key, { writing: true }))).toBeNull();
  expect(keys.hear(pressed("k", { ctrlKey: true, writing: true }))).toEqual({ kind: "commands" });
  expect(keys.hear(pressed("K", { metaKey: true }))).toEqual({ kind: "commands" });
});

test("keys of the browser stay the browser's", () => {
  const keys = new Keys(PLACES);
  keys.hear(pressed("g"));
  expect(keys.hear(pressed("h", { ctrlKey: true }))).toBeNull();
  expect(keys.hear(pressed("?"))).toEqual({ kind: "keys" });
  expect(keys.hear(pressed("?", { altKey: true }))).toBeNull();
});
