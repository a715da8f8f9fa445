import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { ServerFrame } from "@/wire/frames";

import { accepted, answered, messageFrame, notice, ready, said } from "./testing";
import { threadItems, unanswered } from "./thread-items";
import { addMessages, addOutgoing, askAgain, EMPTY, lineLost, takeFrame, type Transcript } from "./transcript";

const mine = { clientMessageId: "a", text: "Hi", createdAt: "2026-01-05T10:00:00Z" };

function take(transcript: Transcript, ...frames: ServerFrame[]): Transcript {
  return frames.reduce(takeFrame, transcript);
}

function delta(replyTo: string, index: number, text: string, attempt = 1): ServerFrame {
  return { type: "delta", reply_to: replyTo, attempt, index, text };
}

function error(code: string, about: Partial<Extract<ServerFrame, { type: "error" }>>): ServerFrame {
  return { type: "error", code, message: code, retryable: true, ...about };
}

const kinds = (transcript: Transcript) => threadItems(transcript).map(({ kind }) => kind);

test("an answer's sources are there, however it came", () => {
  const citations = [{ n: 1, title: "Hours", quote: "From nine.", document_id: "d", version: 1, start: 0, end: 10 }];
  const live = take(EMPTY, accepted(1, "a"), { ...answered(2, "m1"), citations });
  const caughtUp = take(EMPTY, messageFrame({ ...said(2, "From nine [1]."), citations }));
  expect([live.messages.at(-1), caughtUp.messages.at(-1)]).toMatchObject([{ citations }, { citations }]);
});

describe("own messages", () => {
  test("accepted, a message has its place and is outgoing no more", () => {
    const transcript = take(addOutgoing(EMPTY, mine), accepted(1, "a"));
    expect(transcript.outgoing).toEqual([]);
    expect(transcript.messages).toMatchObject([{ id: "m1", seq: 1, role: "user", content: "Hi" }]);
    expect(transcript.lastSeq).toBe(1);
  });

  test("accepted twice, it is there once", () => {
    const once = take(addOutgoing(EMPTY, mine), accepted(1, "a"));
    expect(take(once, accepted(1, "a")).messages).toEqual(once.messages);
  });

  test("met in the catch-up, it is outgoing no more, and its later `accepted` changes nothing", () => {
    const stored = messageFrame({ ...said(1, "Hi"), client_message_id: "a" });
    const transcript = take(addOutgoing(EMPTY, mine), stored, accepted(1, "a"));
    expect(transcript.outgoing).toEqual([]);
    expect(transcript.messages).toHaveLength(1);
  });

  test("refused, it waits for the person with the reason", () => {
    const transcript = take(addOutgoing(EMPTY, mine), error("too_many", { client_message_id: "a" }));
    expect(transcript.outgoing[0]?.refusal).toMatchObject({ code: "too_many", retryable: true });
  });

  test("it keeps its key when it is accepted, so that the page does not move", () => {
    const before = addOutgoing(EMPTY, mine);
    const after = take(before, accepted(1, "a"));
    expect(threadItems(after)[0]?.key).toBe(threadItems(before)[0]?.key);
  });
});

test("to stop what has ended meanwhile is no news", () => {
  expect(take(EMPTY, error("nothing_to_stop", {})).notice).toBeNull();
  expect(take(EMPTY, error("forbidden", {})).notice?.code).toBe("forbidden");
});

describe("answers", () => {
  const asked = addMessages(EMPTY, [said(1)]);

  test("one is awaited until its outcome is there", () => {
    expect(kinds(asked)).toEqual(["message", "typing"]);
    expect(kinds(take(asked, delta("m1", 0, "Hel")))).toEqual(["message", "writing"]);
    expect(kinds(take(asked, delta("m1", 0, "Hel"), answered(2, "m1")))).toEqual([
      "message",
      "message",
    ]);
  });

  test("it keeps its key from first word to outcome", () => {
    const writing = threadItems(take(asked, delta("m1", 0, "Hel")));
    const whole = threadItems(take(asked, delta("m1", 0, "Hel"), answered(2, "m1")));
    expect(whole[1]?.key).toBe(writing[1]?.key);
  });

  test("after the outcome, late text is dropped", () => {
    const transcript = take(asked, answered(2, "m1"), delta("m1", 0, "Hello"));
    expect(transcript.writing.size).toBe(0);
  });

  test("silence takes the place of the dots, and any word ends it", () => {
    const silent = take(asked, error("silence", { reply_to: "m1" }));
    expect(kinds(silent)).toEqual(["message", "silent"]);
    expect(kinds(take(silent, delta("m1", 0, "Hel")))).toEqual(["message", "writing"]);
  });

  test("a failed one shows why, is asked for again, and gives way to the good one", () => {
    const failed = take(asked, error("gave_up", { reply_to: "m1" }), answered(2, "m1", "failed"));
    expect(threadItems(failed)[1]).toMatchObject({ kind: "failed", failure: { code: "gave_up" } });
    expect(unanswered(failed)).toEqual([]);
    const again = askAgain(failed, "m1");
    expect(kinds(again)).toEqual(["message", "typing"]);
    expect(unanswered(again)).toEqual(["m1"]);
    expect(kinds(take(again, delta("m1", 0, "Now", 2), answered(3, "m1")))).toEqual([
      "message",
      "message",
    ]);
  });

  test("a retry that was refused shows the failure again", () => {
    const failed = take(asked, answered(2, "m1", "failed"));
    const refused = take(askAgain(failed, "m1"), error("unavailable", { reply_to: "m1" }));
    expect(kinds(refused)).toEqual(["message", "failed"]);
  });

  test("a bare response, which is no stored outcome, is not shown", () => {
    const bare: ServerFrame = { type: "response", text: "hi", conversation_id: "c" };
    expect(take(asked, bare).messages).toEqual(asked.messages);
  });
});

describe("reset", () => {
  test("what it took away is gone and does not come back; what is newer stays", () => {
    const transcript = take(
      addMessages(EMPTY, [said(1), said(2), said(3)]),
      delta("m2", 0, "Hel"),
      { type: "reset", seq: 2 },
    );
    expect(transcript.messages.map(({ seq }) => seq)).toEqual([3]);
    expect(transcript.writing.size).toBe(0);
    expect(addMessages(transcript, [said(1)]).messages).toEqual(transcript.messages);
  });

  test("one that happened while away comes with `ready`", () => {
    const transcript = take(addMessages(EMPTY, [said(1)]), ready(4, 4));
    expect(transcript.messages).toEqual([]);
    expect(transcript.lastSeq).toBe(4);
  });

  test("a message not accepted yet survives it", () => {
    expect(take(addOutgoing(EMPTY, mine), { type: "reset", seq: 2 }).outgoing).toEqual([mine]);
  });
});

test("any order and repetition of pages and frames gives each message once, ascending", () => {
  const step = fc.oneof(
    fc.record({ page: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 10 }) }),
    fc.record({ frame: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ reset: fc.integer({ min: 1, max: 30 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let transcript = EMPTY;
      let gone = 0;
      const known = new Set<number>();
      for (const one of steps) {
        if ("page" in one) {
          transcript = addMessages(transcript, one.page.map((seq) => said(seq)));
          for (const seq of one.page) if (seq > gone) known.add(seq);
        } else if ("frame" in one) {
          transcript = take(transcript, messageFrame(said(one.frame)));
          if (one.frame > gone) known.add(one.frame);
        } else {
          transcript = take(transcript, { type: "reset", seq: one.reset });
          gone = Math.max(gone, one.reset);
          for (const seq of known) if (seq <= gone) known.delete(seq);
        }
      }
      const shown = transcript.messages.map(({ seq }) => seq);
      expect(shown).toEqual([...known].sort((a, b) => a - b));
    }),
  );
});

test("a message answered together with a newer one waits for nothing, and nothing is drawn for it", () => {
  const both = take(
    addMessages(EMPTY, [said(1, "Hi"), said(2, "Where is it?")]),
    answered(3, "m1", "merged"),
    answered(4, "m2"),
  );
  expect(unanswered(both)).toEqual([]);
  expect(kinds(both)).toEqual(["message", "message", "message"]);
});

test("while a colleague has the conversation no answer of the agent is awaited", () => {
  const held = take(
    addOutgoing(EMPTY, mine),
    ready(0),
    { type: "typing", conversation_id: "c" },
    { ...accepted(1, "a"), handling: "human" },
  );
  expect(kinds(held)).toEqual(["message"]);
  expect(unanswered(held)).toEqual([]);
  expect(unanswered(take(held, ready(1)))).toEqual(["m1"]);
});

describe("who answers", () => {
  const held = [said(1), notice(2, "human")] as const;
  const taken = takeFrame(addMessages(EMPTY, [held[0]]), held[1]);

  test("awaits nothing and shows no typing while a person has the conversation", () => {
    expect(unanswered(addMessages(EMPTY, [said(1)]))).toEqual(["m1"]);
    expect(unanswered(taken)).toEqual([]);
    expect(takeFrame(taken, { type: "typing", conversation_id: "c" }).typing).toBe(false);
    expect(threadItems(taken).map(({ kind }) => kind)).toEqual(["message", "notice"]);
  });

  test("ends the typing it began when a message is accepted and nobody answers it", () => {
    const typing = takeFrame(EMPTY, { type: "typing", conversation_id: "c" });
    expect(typing.typing).toBe(true);
    const next = takeFrame(typing, { ...accepted(1, "x"), handling: "human" });
    expect([next.typing, next.handling]).toEqual([false, "human"]);
  });

  test("shows a colleague's words under their name and the agent's again when it is back", () => {
    const colleague = { kind: "member", name: "Ana" };
    const replied = takeFrame(taken, { ...answered(3, "m1"), author: colleague });
    expect(replied.messages[2]?.author).toEqual(colleague);
    const back = takeFrame(replied, notice(4, "agent"));
    expect(back.handling).toBe("agent");
    expect(takeFrame(back, { type: "typing", conversation_id: "c" }).typing).toBe(true);
  });

  test("draws nothing for a message that was answered together with a newer one", () => {
    const merged = takeFrame(addMessages(EMPTY, [said(1)]), answered(2, "m1", "merged"));
    expect(threadItems(merged).map(({ kind }) => kind)).toEqual(["message"]);
  });

  test("what was said until a colleague took over stays, and is no failure", () => {
    const broken = { ...answered(2, "m1", "failed"), error_code: "taken_over", finish: "broken_off" };
    const after = take(addMessages(EMPTY, [said(1)]), broken, notice(3, "human"));
    expect(kinds(after)).toEqual(["message", "message", "notice"]);
    const replied = take(after, { ...answered(4, "m1"), author: { kind: "member", name: "Ana" } });
    expect(kinds(replied)).toEqual(["message", "message", "notice", "message"]);
    const keys = threadItems(replied).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("if nothing had been said, the notice says it all", () => {
    const unsaid = { ...answered(2, "m1", "failed"), text: "", error_code: "taken_over" };
    const after = take(addMessages(EMPTY, [said(1)]), unsaid, notice(3, "human"));
    expect(kinds(after)).toEqual(["message", "notice"]);
  });

  test("has its agent back after a reset", () => {
    expect(takeFrame(taken, { type: "reset", seq: 2 }).handling).toBe("agent");
  });
});

describe("what is done beside talking", () => {
  const tool = (type: "tool_started" | "tool_finished", call: string, attempt = 1): ServerFrame => {
    const told = { reply_to: "m1", attempt, call_id: call, tool: "clock", label: "looks at the clock" };
    return type === "tool_started" ? { type, ...told } : { type, ...told, failed: false };
  };
  const asked = take(addMessages(EMPTY, [said(1)]), { type: "typing", conversation_id: "c" });
  const begun = take(asked, delta("m1", 0, "Let me see."), tool("tool_started", "a"));

  test("it is one line below what was said, until it is done", () => {
    expect(kinds(begun)).toEqual(["message", "writing", "doing"]);
    expect(kinds(take(begun, tool("tool_started", "b")))).toEqual(["message", "writing", "doing"]);
    expect(kinds(take(begun, tool("tool_started", "b"), tool("tool_finished", "b")))).toContain("doing");
    expect(kinds(take(begun, tool("tool_finished", "a")))).toEqual(["message", "writing"]);
  });

  test("before anything was said it stands where the sign of typing stood", () => {
    expect(kinds(asked)).toEqual(["message", "typing"]);
    expect(kinds(take(asked, tool("tool_started", "a")))).toEqual(["message", "doing"]);
  });

  test.each<[string, (transcript: Transcript) => Transcript]>([
    ["an outcome", (transcript) => take(transcript, answered(2, "m1"))],
    ["a failure", (transcript) => take(transcript, answered(2, "m1", "failed"))],
    ["another attempt", (transcript) => take(transcript, delta("m1", 0, "Hi", 2))],
    ["a colleague who takes over", (transcript) => take(transcript, notice(2, "human"))],
    ["a lost line", lineLost],
    ["a reset", (transcript) => take(transcript, { type: "reset", seq: 1 })],
  ])("%s ends it", (_, end) => {
    expect(kinds(end(begun))).not.toContain("doing");
  });

  test("what comes after the answer is not shown", () => {
    expect(kinds(take(begun, answered(2, "m1"), tool("tool_started", "b")))).not.toContain("doing");
  });
});
