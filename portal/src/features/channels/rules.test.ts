import { expect, test } from "vitest";

import { kindOf, known } from "./kinds";
import { answersOf, checkGiven, NOTHING } from "./rules";

const telegram = kindOf("telegram", true);
const whatsapp = kindOf("whatsapp", true);

test("what is asked for and not given is told at its field", () => {
  if (!telegram || !whatsapp) throw new Error("no kind");
  expect(Object.keys(checkGiven(telegram, NOTHING))).toEqual(["bot_token"]);
  expect(checkGiven(telegram, { ...NOTHING, bot_token: "1:a" })).toEqual({});
  expect(Object.keys(checkGiven(whatsapp, NOTHING))).toContain("scope");
});

test("only what was asked for is sent, without the blanks that come along", () => {
  if (!telegram) throw new Error("no kind");
  expect(answersOf(telegram, { ...NOTHING, bot_token: " 1:a\n", scope: "x" })).toEqual({ bot_token: "1:a" });
});

test("Slack comes over a socket where it can reach nobody", () => {
  const fields = (reachable: boolean) => kindOf("slack", reachable)?.fields.map(({ name }) => name);
  expect(fields(true)).toEqual(["bot_token", "signing_secret"]);
  expect(fields(false)).toEqual(["bot_token", "app_token"]);
});

test("a channel that the installation has and this page does not know is left out", () => {
  const kinds = ["scripted", "slack", "telegram"].map((type) => ({ type, form: {}, reachable: true }));
  expect(known(kinds).map(({ type }) => type)).toEqual(["telegram", "slack"]);
});
