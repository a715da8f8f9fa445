import { expect, test } from "vitest";

import { answersOf, filledIn, NAME } from "./template-rules";

test("the employee's own name is no answer to a question", () => {
  expect(answersOf({ [NAME]: " Eva ", company: " Sol " })).toEqual({ name: "Eva", values: { company: "Sol" } });
});

test("a text shows what is answered so far, and its gap before", () => {
  expect(filledIn("{{company}}, {{tone}}", { company: "Sol {{tone}}", tone: " " })).toBe("Sol {{tone}}, {{tone}}");
});
