import { beforeEach, expect, test, vi } from "vitest";

import { memoryStorage } from "@/chat/testing";

import { keepDraft, loadDraft } from "./draft";

beforeEach(() => {
  vi.stubGlobal("localStorage", memoryStorage());
});

/** A tab of its own, with what it shows at first. */
function tab() {
  const own = memoryStorage();
  const use = <Result>(act: () => Result): Result => {
    vi.stubGlobal("sessionStorage", own);
    return act();
  };
  const types = (text: string) => { use(() => { keepDraft("u", "c", text); }); };
  const reloads = () => use(() => loadDraft("u", "c"));
  types(reloads());
  return { types, reloads };
}

test("a reload and a tab to come have the draft", () => {
  const one = tab();
  one.types("half a sen");
  expect(one.reloads()).toBe("half a sen");
  expect(tab().reloads()).toBe("half a sen");
});

test("what another tab sends or deletes is not taken from this one", () => {
  const [one, other] = [tab(), tab()];
  one.types("my long draft");
  other.types("quick");
  other.types("");
  expect(one.reloads()).toBe("my long draft");
  expect(other.reloads()).toBe("");
});

test("a tab that never wrote takes nothing away, for tabs to come either", () => {
  const [one, other] = [tab(), tab()];
  one.types("my long draft");
  other.types("");
  expect(tab().reloads()).toBe("my long draft");
});

test("a tab in which nothing was written has the latest of all, when it is loaded again", () => {
  const [one, other] = [tab(), tab()];
  one.types("my long draft");
  expect(other.reloads()).toBe("my long draft");
});

test("sent, a draft is gone for all", () => {
  const one = tab();
  one.types("done");
  const other = tab();
  one.types("");
  expect(one.reloads()).toBe("");
  expect(tab().reloads()).toBe("");
  expect(other.reloads()).toBe("done");
});
