import { afterEach, expect, test, vi } from "vitest";

import type { Language } from "./language";
import { clockTime, fullTime, listTime } from "./time";

const AT = "2026-11-26T15:04:00";

afterEach(() => { vi.unstubAllGlobals(); });

const CASES: [string, Language, string[], string, string][] = [
  ["Britain", "en", ["en-GB"], "26 November 2026 at 15:04", "15:04"],
  ["the United States", "en", ["en-US"], "November 26, 2026 at 3:04 PM", "3:04 PM"],
  ["Germany, without words of its own", "en", ["de-DE", "de"], "26 November 2026 at 15:04", "15:04"],
  ["Germany, named by its language alone", "en", ["de"], "26 November 2026 at 15:04", "15:04"],
  ["Brazil, read in English", "en", ["pt-BR"], "26 November 2026 at 15:04", "15:04"],
  ["nowhere, in English", "en", ["en"], "26 November 2026 at 3:04 pm", "3:04 pm"],
  ["nowhere at all", "en", [], "26 November 2026 at 3:04 pm", "3:04 pm"],
  ["a tag that is none", "en", ["_!", "en-GB"], "26 November 2026 at 15:04", "15:04"],
  ["Mexico", "es", ["es-MX"], "26 de noviembre de 2026 a las 3:04 p.m.", "3:04 p.m."],
  ["Spain", "es", ["es-ES"], "26 de noviembre de 2026 a las 15:04", "15:04"],
  ["Britain, read in Spanish", "es", ["en-GB"], "26 de noviembre de 2026 a las 15:04", "15:04"],
  ["Portugal", "pt", ["pt-PT"], "26 de novembro de 2026 às 15:04", "15:04"],
];

test.each(CASES)("dates and times of %s", (_, language, languages, full, clock) => {
  vi.stubGlobal("navigator", { languages });
  const plain = (text: string) => text.replace(/\s/g, " ");
  expect(plain(fullTime(language, AT))).toBe(full);
  expect(plain(clockTime(language, AT))).toBe(clock);
});

test.each<[string, Language, string, string, string]>([
  ["Britain", "en", "en-GB", "00:04", "09:30"],
  ["Germany, read in English", "en", "de-DE", "00:04", "09:30"],
  ["Spain", "es", "es-ES", "00:04", "09:30"],
  ["Portugal", "pt", "pt-PT", "00:04", "09:30"],
  ["the United States", "en", "en-US", "12:04 AM", "9:30 AM"],
])("the small hours of %s", (_, language, home, midnight, morning) => {
  vi.stubGlobal("navigator", { languages: [home] });
  const times: [string, string][] = [["2026-11-26T00:04:00", midnight], ["2026-11-26T09:30:00", morning]];
  for (const [at, clock] of times) {
    expect(clockTime(language, at).replace(/\s/g, " ")).toBe(clock);
    expect(fullTime(language, at).replace(/\s/g, " ")).toMatch(new RegExp(` ${clock}$`));
  }
});

test("what was today's is told by its day once it is yesterday's", () => {
  vi.stubGlobal("navigator", { languages: ["en-GB"] });
  vi.useFakeTimers({ now: new Date("2026-11-26T23:59:00") });
  expect(listTime("en", AT)).toBe("15:04");
  vi.setSystemTime(new Date("2026-11-27T00:01:00"));
  expect(listTime("en", AT)).toBe("26 Nov");
  vi.useRealTimers();
});
