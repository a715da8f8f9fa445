import { expect, test } from "vitest";

import { checkBusiness } from "./rules";

test("a business may leave its short name to the gateway", () => {
  expect(checkBusiness({ name: "Acme", slug: "" })).toEqual({});
  expect(checkBusiness({ name: "Acme", slug: "acme-berlin" })).toEqual({});
  for (const slug of ["Acme", "a--b", "-a", "a b", "a".repeat(49)]) {
    expect(checkBusiness({ name: "Acme", slug }).slug?.key).toBe("businesses.slugWrong");
  }
});
