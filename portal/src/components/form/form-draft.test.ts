import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { dropFormDraft, formDraftPrefix, keepFormDraft, loadFormDraft } from "./form-draft";

const KEY = `${formDraftPrefix("u")}acme.new`;
const EMPTY = { name: "" };

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => { vi.unstubAllGlobals(); });

test("what was typed is there again, until it is sent or cancelled", () => {
  keepFormDraft(KEY, EMPTY, { name: "Nora" });
  expect(loadFormDraft(KEY, EMPTY)).toEqual({ name: "Nora" });
  dropFormDraft(KEY);
  expect(loadFormDraft(KEY, EMPTY)).toBeNull();
});

test("it is not put over what somebody else has changed meanwhile", () => {
  keepFormDraft(KEY, { name: "Ada" }, { name: "Nora" });
  expect(loadFormDraft(KEY, { name: "Ida" })).toBeNull();
});

test("a full storage costs the draft and nothing else", () => {
  vi.stubGlobal("sessionStorage", { setItem: () => { throw new Error("full"); } });
  expect(() => { keepFormDraft(KEY, EMPTY, { name: "Nora" }); }).not.toThrow();
});
