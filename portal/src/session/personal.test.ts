import { afterEach, expect, test, vi } from "vitest";

import { memoryStorage } from "@/chat/testing";

import { forgetPerson, personalPrefix } from "./personal";

afterEach(() => { vi.unstubAllGlobals(); });

test("a log-out takes away what is the person's, whatever it is, and nothing else", () => {
  const [browser, tab] = [memoryStorage(), memoryStorage()];
  vi.stubGlobal("localStorage", browser);
  vi.stubGlobal("sessionStorage", tab);
  const theirs = [`${personalPrefix("draft", "ada")}c`, `${personalPrefix("anything", "ada")}c.d`];
  const others = [`${personalPrefix("draft", "adam")}c`, "konstruct.language", "else.draft.ada.c"];
  for (const key of [...theirs, ...others]) {
    browser.setItem(key, "kept");
    tab.setItem(key, "kept");
  }
  forgetPerson("ada");
  expect([Object.keys(browser), Object.keys(tab)]).toEqual([others, others]);
});
