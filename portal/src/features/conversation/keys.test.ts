import { expect, test } from "vitest";

import { endsWord } from "./keys";

test.each([
  ["Chrome, Firefox: while composing", { isComposing: true, keyCode: 229 }, true],
  ["Safari: the Enter that ends it", { isComposing: false, keyCode: 229 }, true],
  ["an old input method", { isComposing: true, keyCode: 13 }, true],
  ["a plain Enter", { isComposing: false, keyCode: 13 }, false],
])("%s", (_, event, word) => {
  expect(endsWord(event)).toBe(word);
});
