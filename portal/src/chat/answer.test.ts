import fc from "fast-check";
import { expect, test } from "vitest";

import { type AnswerSoFar, appendDelta } from "./answer";
import { countCodePoints, dropCodePoints } from "./code-points";

function delta(index: number, text: string, attempt = 1) {
  return { attempt, index, text };
}

test("pieces are put together, overlaps once", () => {
  const answer = [delta(0, "Hel"), delta(3, "lo"), delta(4, "o!")].reduce(appendDelta, undefined);
  expect(answer).toEqual({ attempt: 1, text: "Hello!", length: 6 });
});

test("a gap waits for the outcome", () => {
  expect(appendDelta(undefined, delta(2, "llo"))).toBeUndefined();
  const answer = appendDelta(undefined, delta(0, "He"));
  expect(appendDelta(answer, delta(5, "!"))).toBe(answer);
});

test("a higher attempt starts over, a lower one is dropped", () => {
  const second = appendDelta(appendDelta(undefined, delta(0, "Hel")), delta(0, "Good", 2));
  expect(second?.text).toBe("Good");
  expect(appendDelta(second, delta(3, "lo"))).toBe(second);
});

test("a higher attempt that lacks its beginning leaves what is shown", () => {
  const first = appendDelta(undefined, delta(0, "Hel"));
  expect(appendDelta(first, delta(4, " day", 2))).toBe(first);
});

test("the index counts code points, not UTF-16 units", () => {
  const answer = appendDelta(appendDelta(undefined, delta(0, "👋🏽 ")), delta(3, "hi"));
  expect(answer?.text).toBe("👋🏽 hi");
});

const anyText = fc.string({ unit: "binary", maxLength: 60 });

test("code points are counted and dropped as an array of them would be", () => {
  fc.assert(
    fc.property(anyText, fc.nat(70), (text, count) => {
      expect(countCodePoints(text)).toBe(Array.from(text).length);
      expect(dropCodePoints(text, count)).toBe(Array.from(text).slice(count).join(""));
    }),
  );
});

test("any order of any pieces shows a prefix, and with the last one the whole", () => {
  const pieces = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 20 });
  fc.assert(
    fc.property(anyText, pieces, (text, spans) => {
      const letters = Array.from(text);
      let answer: AnswerSoFar | undefined;
      for (const [one, other] of [...spans, [0, letters.length] as const]) {
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        if (start > letters.length) continue;
        answer = appendDelta(answer, delta(start, letters.slice(start, end).join("")));
        expect(text.startsWith(answer?.text ?? "")).toBe(true);
      }
      expect(answer?.text).toBe(text);
    }),
  );
});
