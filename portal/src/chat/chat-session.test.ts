import { beforeEach, expect, test } from "vitest";

import { Unreachable } from "@/api/errors";
import { Kept } from "@/kept";
import type { ClientFrame, Message } from "@/wire/frames";

import { ChatSession, type ConnectionWiring, PAGE } from "./chat-session";
import { Outbox } from "./outbox";
import { accepted, answered, memoryStorage, messageFrame, said } from "./testing";

let wiring: ConnectionWiring;
let sent: ClientFrame[];
let lineIsUp: boolean;
let storage: Storage;
let history: (page: { limit: number; before?: string }) => Promise<Message[]>;

function open(): ChatSession {
  let ids = 0;
  return new ChatSession({
    connect: (given) => {
      wiring = given;
      return {
        start: () => undefined,
        stop: () => undefined,
        send: (frame) => {
          if (lineIsUp) sent.push(frame);
          return lineIsUp;
        },
      };
    },
    history: (page) => history(page),
    outbox: new Outbox(new Kept(() => storage), "u", "c"),
    newId: () => `id${++ids}`,
    now: () => new Date("2026-01-05T10:00:00Z"),
  });
}

function lineComes(): void {
  lineIsUp = true;
  wiring.onState("connected");
}

function lineGoes(): void {
  lineIsUp = false;
  wiring.onState("reconnecting");
}

const texts = () => sent.flatMap((frame) => (frame.type === "message" ? [frame.text] : []));

beforeEach(() => {
  sent = [];
  lineIsUp = false;
  storage = memoryStorage();
  history = () => Promise.resolve([]);
});

test("typed while offline, it is sent once when the line is there", () => {
  const session = open();
  session.send("Hi");
  expect(sent).toEqual([]);
  lineComes();
  expect(sent).toEqual([{ type: "message", text: "Hi", client_message_id: "id1" }]);
  wiring.onFrame(accepted(1, "id1"));
  lineGoes();
  lineComes();
  expect(texts()).toEqual(["Hi"]);
});

test("not accepted, it is sent again under the same id", () => {
  const session = open();
  lineComes();
  session.send("Hi");
  lineGoes();
  lineComes();
  expect(sent).toEqual([
    { type: "message", text: "Hi", client_message_id: "id1" },
    { type: "message", text: "Hi", client_message_id: "id1" },
  ]);
});

test("a reload keeps what was not accepted, and only that", () => {
  const before = open();
  before.send("first");
  lineComes();
  wiring.onFrame(accepted(1, "id1"));
  lineGoes();
  before.send("second");
  const after = open();
  expect(after.getSnapshot().transcript.outgoing).toMatchObject([{ text: "second" }]);
});

test("refused, it waits for the person: again under the same id, or not at all", () => {
  const session = open();
  lineComes();
  session.send("Hi");
  wiring.onFrame({
    type: "error",
    code: "too_many",
    message: "Wait.",
    retryable: true,
    client_message_id: "id1",
  });
  lineGoes();
  lineComes();
  expect(texts()).toEqual(["Hi"]);
  session.resend("id1");
  expect(texts()).toEqual(["Hi", "Hi"]);
  session.discard("id1");
  expect(open().getSnapshot().transcript.outgoing).toEqual([]);
});

test("the newest page comes before the line, and the line asks for what is newer", async () => {
  history = () => Promise.resolve([said(4), said(5)]);
  const session = open();
  await wiring.prepare();
  expect(wiring.lastSeq()).toBe(5);
  expect(session.getSnapshot()).toMatchObject({ loaded: true, older: "none" });
});

test("older pages come one at a time until there is none", async () => {
  const all = Array.from({ length: PAGE + 10 }, (_, index) => said(index + 1));
  history = ({ limit, before }) => {
    const end = before ? all.findIndex(({ id }) => id === before) : all.length;
    return Promise.resolve(all.slice(Math.max(0, end - limit), end));
  };
  const session = open();
  await wiring.prepare();
  expect(session.getSnapshot().older).toBe("some");
  await Promise.all([session.loadOlder(), session.loadOlder()]);
  expect(session.getSnapshot().older).toBe("none");
  expect(session.getSnapshot().transcript.messages).toEqual(all);
});

test("an older page that does not come can be asked for again", async () => {
  history = () => Promise.resolve(Array.from({ length: PAGE }, (_, index) => said(index + 9)));
  const session = open();
  await wiring.prepare();
  history = () => Promise.reject(new Unreachable());
  await session.loadOlder();
  expect(session.getSnapshot().older).toBe("failed");
  history = () => Promise.resolve([said(8)]);
  await session.loadOlder();
  expect(session.getSnapshot()).toMatchObject({ older: "none" });
});

test("a retry that could not be sent leaves the failure to be retried", () => {
  const session = open();
  wiring.onFrame(messageFrame(said(1)));
  wiring.onFrame(answered(2, "m1", "failed"));
  session.retry("m1");
  expect(session.getSnapshot().transcript.retrying.size).toBe(0);
  lineComes();
  session.retry("m1");
  expect(sent).toEqual([{ type: "retry", reply_to: "m1" }]);
  expect(session.getSnapshot().transcript.retrying).toContain("m1");
});
