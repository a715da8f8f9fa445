import { expect, test } from "vitest";

import { LoggedOut, Refused, Unreachable } from "@/wire/errors";

import { en, type MessageKey } from "./en";
import { problemSentence } from "./problem";

const told = (error: unknown) => problemSentence((key) => en[key], error);

const CASES: [string, unknown, MessageKey][] = [
  ["no answer", new Unreachable(), "error.unreachable"],
  ["no log-in", new LoggedOut(), "error.logged_out"],
  ["a code with a sentence", new Refused(409, "name_taken", "…"), "error.name_taken"],
  ["a 403 of which nothing is known", new Refused(403, "", "Forbidden"), "error.forbidden"],
  ["a 404 of which nothing is known", new Refused(404, "not_there", "…"), "error.not_found"],
  ["a 429 of a proxy", new Refused(429, "", ""), "error.too_many"],
  ["a fault of the gateway's", new Refused(500, "internal_error", "…"), "error.fault"],
  ["a refusal without a word", new Refused(418, "", ""), "error.fault"],
  ["a storage that is forbidden", new DOMException("denied", "SecurityError"), "error.page"],
  ["a bug of ours", new TypeError("undefined is not a function"), "error.page"],
];

test.each(CASES)("%s is told as what it is", (_, error, key) => {
  expect(told(error)).toBe(en[key]);
});

test("what the gateway alone can say is said in its words", () => {
  expect(told(new Refused(400, "odd", "The name holds a tab."))).toBe("The name holds a tab.");
});
