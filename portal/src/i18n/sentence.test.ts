import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { en, type MessageKey } from "./en";
import { es } from "./es";
import { pt } from "./pt";
import { filled, gapsOf } from "./sentence";

const PARTS = "{count, plural, one {# part of {name}} other {# parts of {name}}} left";

beforeEach(() => { vi.stubGlobal("navigator", { languages: ["en-GB"] }); });
afterEach(() => { vi.unstubAllGlobals(); });

/** Without the marks that keep a value's direction apart. */
function plain(text: string): string {
  return text.replace(/[\u2066-\u2069]/g, "");
}

test.each([[1, "1 part of Ada left"], [0, "0 parts of Ada left"], [2, "2 parts of Ada left"], [12_000, "12,000 parts of Ada left"]])(
  "%s in words",
  (count, said) => {
    expect(plain(filled("en", PARTS, { count, name: "Ada" }))).toBe(said);
  },
);

test("a value that looks like a gap or a number is said as it is", () => {
  expect(plain(filled("en", "{name} and {other}", { name: "{other}", other: "#" }))).toBe("{other} and #");
  expect(plain(filled("en", PARTS, { count: 2, name: "{count} #" }))).toBe("2 parts of {count} # left");
});

test("whatever counts has a sentence for one and for many in each language", () => {
  const counting = (Object.keys(en) as MessageKey[]).filter((key) => en[key].includes(", plural,"));
  expect(counting.length).toBeGreaterThan(0);
  for (const key of counting) {
    for (const [language, catalogue] of [["en", en], ["es", es], ["pt", pt]] as const) {
      const values = Object.fromEntries(gapsOf(catalogue[key]).map((name) => [name, 1]));
      const one = filled(language, catalogue[key], values);
      const many = filled(language, catalogue[key], Object.fromEntries(Object.keys(values).map((name) => [name, 5])));
      expect(one).not.toMatch(/[{}#]|plural/);
      expect(many).not.toMatch(/[{}#]|plural/);
      expect(many.replace(/5/g, "1")).not.toBe(one);
    }
  }
});
