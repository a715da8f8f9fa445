import { expect, test } from "vitest";

import { said } from "@/chat/testing";
import { EMPTY, type Transcript } from "@/chat/transcript";
import plainText from "@/components/markdown/plain-text";
import type { Message } from "@/wire/frames";

import { Announcements } from "./announcements";

function writing(text: string): Transcript {
  return { ...EMPTY, lastSeq: 1, writing: new Map([["m1", { attempt: 1, text, length: 0 }]]) };
}

function whole(content: string): Transcript {
  const answer = { ...said(2, content), role: "assistant" as const, reply_to: "m1" };
  return { ...EMPTY, messages: [said(1), answer], lastSeq: 2 };
}

function failed(content: string, about: Partial<Message> = {}): Transcript {
  const answer = { ...said(2, content), role: "assistant" as const, reply_to: "m1", status: "failed" as const };
  return { ...EMPTY, messages: [said(1), { ...answer, ...about }], lastSeq: 2 };
}

const begin = () => {
  const announcements = new Announcements("en", {
    plain: plainText,
    failure: (message) => `failed: ${message.error_code ?? ""}`,
  });
  announcements.take({ ...EMPTY, lastSeq: 1 }, true);
  return announcements;
};

const texts = (news: { text: string }[]) => news.map(({ text }) => text);

test("sentences are read when they are finished, each once", () => {
  const announcements = begin();
  expect(texts(announcements.take(writing("It is "), true))).toEqual([]);
  expect(texts(announcements.take(writing("It is here. And it"), true))).toEqual(["It is here."]);
  expect(texts(announcements.take(whole("It is here. And it is good."), true))).toEqual([
    "And it is good.",
  ]);
});

test("what was there before is not read", () => {
  const announcements = new Announcements("en", { plain: plainText, failure: () => "" });
  expect(announcements.take(whole("Old."), false)).toEqual([]);
  expect(announcements.take(whole("Old."), true)).toEqual([]);
  expect(announcements.take(whole("Old."), true)).toEqual([]);
});

test("marks are not read out, not even those that close in a later sentence", () => {
  const announcements = begin();
  expect(texts(announcements.take(writing("It **is here. And"), true))).toEqual(["It **is here."]);
  expect(texts(announcements.take(whole("It **is here. And** it is `good`. [More](https://a.com)."), true))).toEqual([
    "And it is good. More.",
  ]);
});

test("a failed answer is announced in the words that are shown, after what was read of it", () => {
  const announcements = begin();
  announcements.take(writing("It is here. And"), true);
  const broken = failed("It is here. And", { error_code: "model_cut", finish: "broken_off" });
  expect(texts(announcements.take(broken, true))).toEqual(["failed: model_cut"]);
  expect(texts(announcements.take({ ...writing("It is there. So"), lastSeq: 2 }, true))).toEqual(["It is there."]);
});
