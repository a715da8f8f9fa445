import { expect, test } from "vitest";

import plainText from "./plain-text";

test.each([
  ["**Yes**, the *price* is `60 EUR`.", "Yes, the price is 60 EUR."],
  ["# Prices\n\n- one\n- two", "Prices\none\ntwo"],
  ["See [the list](https://acme.com/list) and ![plan](https://acme.com/p.png).", "See the list and plan."],
  ["| a | b |\n|---|---|\n| 1 | 2 |", "a\nb\n1\n2"],
  ["```js\nlet x = 1\n```", "let x = 1"],
  ["2*3*4 and snake_case_name and List<String>", "2*3*4 and snake_case_name and List<String>"],
  ["", ""],
])("%s", (markdown, plain) => {
  expect(plainText(markdown)).toBe(plain);
});
