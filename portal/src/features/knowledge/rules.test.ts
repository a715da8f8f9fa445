import { expect, test } from "vitest";

import { addressOf, dayOf, endOf } from "./rules";

test("people write addresses with or without the scheme", () => {
  expect(addressOf(" acme.com/prices ")).toBe("https://acme.com/prices");
  expect(addressOf("http://acme.com")).toBe("http://acme.com/");
  expect(addressOf("acme.com:8443/x")).toBe("https://acme.com:8443/x");
});

test("what is no address of a page is none", () => {
  for (const typed of ["", "acme", "our prices.com page", "javascript:alert(1)", "file:///etc/passwd", "mailto:a@b.com"]) {
    expect(addressOf(typed)).toBeNull();
  }
});

test("a day that is chosen is the day that is shown again", () => {
  expect(dayOf(endOf("2027-03-28"))).toBe("2027-03-28");
  expect(endOf("")).toBeNull();
  expect(dayOf(null)).toBe("");
});
