import { expect, test } from "vitest";

import { checkInvitation, checkNewcomer } from "./rules";

test("what is no address is told before it is sent", () => {
  expect(checkInvitation({ email: " ada@acme.com " })).toEqual({});
  expect(checkInvitation({ email: "ada" }).email?.key).toBe("error.bad_email");
});

test("a password is as long as the gateway asks", () => {
  const complaint = (password: string) => checkNewcomer({ name: "Ada", password }).password?.key;
  expect(complaint("1234567890")).toBeUndefined();
  expect(complaint("123456789")).toBe("field.passwordLength");
  expect(complaint("x".repeat(257))).toBe("field.passwordLength");
});
