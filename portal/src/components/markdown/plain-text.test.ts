import { expect, test } from "vitest";

import plainText, { plainLine } from "./plain-text";

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

const cut = (text: string) => text.padEnd(120, " and more").slice(0, 120);

test.each([
  ["**Two\nlines**", "Two lines"],
  [cut("**Important: read `this"), "Important: read this and more"],
  [cut("See [the list](https://acme.com/".padEnd(120, "x")), "See the list"],
  [cut("x**2 is not bold"), "x**2 is not bold and more"],
])("of a preview that may be cut: %s", (preview, plain) => {
  expect(plainLine(preview).slice(0, plain.length)).toBe(plain);
});
