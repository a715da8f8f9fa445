import { expect, test } from "vitest";

import { Refused } from "@/wire/errors";

import { blamedField } from "./rules";

test("a refusal is told at the field it is about, where the form knows of one", () => {
  const blame = { name_taken: "name" };
  expect(blamedField(blame, new Refused(409, "name_taken", "…"))).toBe("name");
  expect(blamedField(blame, new Refused(409, "slug_taken", "…"))).toBeUndefined();
  expect(blamedField({}, new Refused(409, "name_taken", "…"))).toBeUndefined();
  expect(blamedField(blame, new Error("away"))).toBeUndefined();
});
