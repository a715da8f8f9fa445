import { expect, test } from "vitest";

import { isolated } from "./isolated";

test.each(["Ada", "Ада", "日本", "12", "", "مريم", "מרים כהן"])("%j can turn nothing round", (name) => {
  expect(isolated(name)).toBe(name);
});

test.each(["مريم (2)", "Mia مريم!", "!مريم", "מרים 3"])("%j stands apart", (name) => {
  expect(isolated(name)).toBe(`\u2068${name}\u2069`);
});
