import { expect, test } from "vitest";

import { checkEmployee, employeeOf } from "./rules";

const AS_TYPED = { name: "Nora", role: "Bookkeeping", instructions: "Be exact.", model: "" };

test("an employee needs a name alone", () => {
  expect(checkEmployee({ name: " N ", role: "", instructions: "", model: "" })).toEqual({});
  expect(checkEmployee({ ...AS_TYPED, name: "  " }).name?.key).toBe("field.empty");
});

test("lengths are counted as the gateway counts them, without the spaces around", () => {
  const name = "🧮".repeat(80);
  expect(checkEmployee({ ...AS_TYPED, name: ` ${name} ` })).toEqual({});
  expect(checkEmployee({ ...AS_TYPED, name: `${name}x` }).name).toEqual({
    key: "field.tooLong",
    values: { count: 81, max: 80 },
  });
});

test("a name is one line, instructions are as many as it takes", () => {
  const { name, instructions } = checkEmployee({ ...AS_TYPED, name: "a\u2028b", instructions: "a\nb" });
  expect([name?.key, instructions]).toEqual(["field.oneLine", undefined]);
});

test.each(["Ada\u200b", "\u202eada", "\u3164", "\u2800", "a\u00adda", "\u200dA", "A\u{e0041}"])(
  "%j hides a character and is no name",
  (name) => {
    expect(checkEmployee({ ...AS_TYPED, name }).name?.key).toBe("error.name_unseen");
  },
);

test.each(["👩\u200d💻 Ada", "می\u200cخواهم", "क्\u200dष", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"])(
  "%j is a name whose joiners shape it",
  (name) => {
    expect(checkEmployee({ ...AS_TYPED, name })).toEqual({});
  },
);

test.each(["openai:gpt-5-mini", "meta-llama/Llama-3.1-8B", ""])("%j can be a model", (model) => {
  expect(checkEmployee({ ...AS_TYPED, model })).toEqual({});
});

test.each(["http://evil", "two words", "-x", "m".repeat(201)])("%j is no model", (model) => {
  expect(checkEmployee({ ...AS_TYPED, model }).model?.key).toBe("employees.modelWrong");
});

test("what is typed is sent without the spaces around it, and no model is the default", () => {
  expect(employeeOf({ ...AS_TYPED, role: " Bookkeeping " })).toEqual({ ...AS_TYPED, model: null });
});
