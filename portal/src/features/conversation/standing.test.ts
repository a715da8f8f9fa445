/** Whether the page knows in time that an employee is paused, and that it is back. */
import { environmentManager, QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { ChatSnapshot } from "@/chat/chat-session";
import { accepted, answered, messageFrame, said } from "@/chat/testing";
import { addOutgoing, EMPTY, forgiveOutgoing, takeFrame, type Transcript } from "@/chat/transcript";
import type { Api } from "@/session/api";
import { agentsQuery } from "@/session/queries";
import type { Agent, ServerFrame } from "@/wire/frames";

import { followStanding } from "./standing";

const ADA: Agent = { id: "ada", name: "Ada", role: "", status: "active" } as Agent;
const typing: ServerFrame = { type: "typing", conversation_id: "c" };
const delta: ServerFrame = { type: "delta", reply_to: "m1", attempt: 1, index: 0, text: "Hi" };
const refusal: ServerFrame = {
  type: "error", code: "agent_paused", message: "Paused.", client_message_id: "a", retryable: true,
};

let status: Agent["status"];
let transcript: Transcript;
let tell: () => void;
let leave: () => void;
let asked: number;
let shown: () => Agent["status"] | undefined;

function change(next: Transcript): void {
  transcript = next;
  tell();
}

const hear = (...frames: ServerFrame[]) => { for (const frame of frames) change(takeFrame(transcript, frame)); };

async function open(): Promise<void> {
  const queries = new QueryClient();
  const api = {
    call: () => {
      asked += 1;
      return Promise.resolve([{ ...ADA, status }]);
    },
  } as unknown as Api;
  const observer = new QueryObserver(queries, agentsQuery(api, "acme"));
  const unsubscribe = observer.subscribe(() => undefined);
  const session = {
    getSnapshot: () => ({ transcript }) as ChatSnapshot,
    subscribe: (listener: () => void) => {
      tell = listener;
      return () => undefined;
    },
  };
  const unfollow = followStanding(session, queries, { tenantId: "acme", agentId: "ada" });
  leave = () => {
    unfollow();
    unsubscribe();
    queries.clear();
  };
  shown = () => observer.getCurrentResult().data?.[0]?.status;
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  environmentManager.setIsServer(() => false);
  asked = 0;
  status = "active";
  transcript = addOutgoing(EMPTY, { clientMessageId: "a", text: "Hi", createdAt: "2026-01-05T10:00:00Z" });
});

afterEach(() => {
  leave();
  vi.useRealTimers();
});

test.each<[string, ServerFrame]>([
  ["it is typing", typing],
  ["a piece of its answer", delta],
  ["a message was taken", accepted(1, "a")],
  ["a message from another tab was taken", messageFrame(said(1))],
  ["its answer", answered(2, "m1")],
])("resumed meanwhile, it is paused no more at the first sign: %s", async (_, sign) => {
  status = "paused";
  await open();
  expect(shown()).toBe("paused");
  status = "active";
  hear(sign);
  await vi.advanceTimersByTimeAsync(100);
  expect(shown()).toBe("active");
});

test("refused because it is paused, a message shows so at once, each time anew", async () => {
  await open();
  for (const next of ["paused", "active"] as const) {
    status = next;
    hear(refusal);
    await vi.advanceTimersByTimeAsync(100);
    expect(shown()).toBe(next);
    change(forgiveOutgoing(transcript, "a"));
  }
});

test("paused while an answer is written, it stays so, and the page does not ask at each piece", async () => {
  status = "paused";
  await open();
  hear(typing, delta);
  await vi.advanceTimersByTimeAsync(100);
  const before = asked;
  for (let index = 2; index < 200; index++) hear({ ...delta, index, text: "." });
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toBe(before);
  expect(shown()).toBe("paused");
});

test("an employee at work is not asked after", async () => {
  await open();
  hear(typing, accepted(1, "a"), delta, answered(2, "m1"));
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toBe(1);
});
