import { expect, test } from "vitest";

import { said } from "@/chat/testing";
import { EMPTY, type Transcript } from "@/chat/transcript";

import { Announcements } from "./announcements";

function writing(text: string): Transcript {
  return { ...EMPTY, lastSeq: 1, writing: new Map([["m1", { attempt: 1, text, length: 0 }]]) };
}

function whole(content: string): Transcript {
  const answer = { ...said(2, content), role: "assistant" as const, reply_to: "m1" };
  return { ...EMPTY, messages: [said(1), answer], lastSeq: 2 };
}

const texts = (news: { text: string }[]) => news.map(({ text }) => text);

test("sentences are read when they are finished, each once", () => {
  const announcements = new Announcements("en");
  announcements.take({ ...EMPTY, lastSeq: 1 }, true);
  expect(texts(announcements.take(writing("It is "), true))).toEqual([]);
  expect(texts(announcements.take(writing("It is here. And it"), true))).toEqual(["It is here."]);
  expect(texts(announcements.take(whole("It is here. And it is good."), true))).toEqual([
    "And it is good.",
  ]);
});

test("what was there before is not read", () => {
  const announcements = new Announcements("en");
  expect(announcements.take(whole("Old."), false)).toEqual([]);
  expect(announcements.take(whole("Old."), true)).toEqual([]);
  expect(announcements.take(whole("Old."), true)).toEqual([]);
});
