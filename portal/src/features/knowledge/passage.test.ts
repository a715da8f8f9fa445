import { expect, test } from "vitest";

import { inUnits, partsOf, partWith, placeOf } from "./passage";

test("a place is two numbers, the first one less", () => {
  expect(placeOf("12-15")).toEqual({ start: 12, end: 15 });
  for (const at of [null, "", "12", "15-12", "a-b", "-1-2", "1-2-3"]) expect(placeOf(at)).toBeNull();
});

test("the gateway's places are found behind emoji", () => {
  const text = "😀😀 open at nine";
  const { start, end } = inUnits(text, { start: 3, end: 7 });
  expect(text.slice(start, end)).toBe("open");
});

test("parts together are the text, cut at lines and in no character", () => {
  const text = "a line of words\n".repeat(50) + "😀".repeat(300);
  const starts = partsOf(text, 101);
  const parts = starts.map((start, n) => text.slice(start, starts[n + 1]));
  expect(parts.join("")).toBe(text);
  expect(parts.every((part) => part.length > 0 && part.length <= 102 && encodeURI(part).length > 0)).toBe(true);
  expect(partWith(starts, text.length - 1)).toBe(parts.length - 1);
  expect(partWith(starts, 0)).toBe(0);
});
