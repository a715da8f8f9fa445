import { beforeEach, expect, test } from "vitest";

import { Unreachable } from "@/wire/errors";
import type { ClientFrame, Message } from "@/wire/frames";

import { ChatSession, type ConnectionWiring, PAGE } from "./chat-session";
import { Outbox } from "./outbox";
import { accepted, answered, ManualClock, memoryStorage, messageFrame, said, storeIn } from "./testing";

let wiring: ConnectionWiring;
let clock: ManualClock;
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
    outbox: new Outbox(storeIn(() => storage), "c."),
    newId: () => `id${++ids}`,
    clock,
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
  clock = new ManualClock();
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

function refuse(code: string, about: { client_message_id?: string } = { client_message_id: "id1" }): void {
  wiring.onFrame({ type: "error", code, message: "No.", ...about, retryable: false });
}

const kept = () => open().getSnapshot().transcript.outgoing;

/** Of each code the protocol page has for a message: is it sent again by the page itself? */
test.each([
  ["agent_paused", false],
  ["too_many", false],
  ["tenant_too_many", false],
  ["tenant_tokens_used_up", false],
  ["text_empty", false],
  ["text_too_long", false],
  ["text_refused", false],
  ["client_message_id_reused", false],
  ["bad_frame", false],
  ["frame_too_big", false],
  ["forbidden", false],
  ["membership_ended", false],
  ["internal_error", false],
  ["a_code_of_later", false],
  ["unavailable", true],
  ["too_many_frames", true],
  ["not_authenticated", true],
  ["token_expired", true],
  ["logged_out", true],
  ["auth_timeout", true],
  ["too_many_connections", true],
  ["role_changed", true],
])("refused as %s, it is sent by itself: %s", async (code, byItself) => {
  const session = open();
  lineComes();
  session.send("Hi");
  refuse(code);
  await clock.pass(60_000);
  expect(texts()).toEqual(byItself ? ["Hi", "Hi"] : ["Hi"]);
  expect(session.getSnapshot().transcript.outgoing[0]?.refusal?.code).toBe(byItself ? undefined : code);
  expect(kept()[0]?.refusal?.code).toBe(byItself ? undefined : code);
  sent = [];
  lineComes(); // of the page that was loaded anew
  expect(texts()).toEqual(byItself ? ["Hi"] : []);
});

test("what passes is tried later and later, until it is accepted", async () => {
  const session = open();
  lineComes();
  session.send("Hi");
  for (const waits of [1_000, 2_000, 4_000]) {
    refuse("unavailable");
    sent = [];
    await clock.pass(waits - 1);
    expect(sent).toEqual([]);
    await clock.pass(1);
    expect(texts()).toEqual(["Hi"]);
  }
  wiring.onFrame(accepted(1, "id1"));
  await clock.pass(60_000);
  expect(texts()).toEqual(["Hi"]);
});

test("kept across a reload, it can be sent again, edited and deleted", () => {
  open().send("Hi");
  lineComes();
  refuse("agent_paused");
  sent = [];
  const again = open();
  lineComes();
  again.resend("id1");
  expect(texts()).toEqual(["Hi"]);
  expect(kept()[0]?.refusal).toBeUndefined();
  again.discard("id1");
  expect(kept()).toEqual([]);
});

test("an id that is spent is not used again", () => {
  const session = open();
  lineComes();
  session.send("Hi");
  refuse("client_message_id_reused");
  session.resend("id1");
  expect(sent.at(-1)).toEqual({ type: "message", text: "Hi", client_message_id: "id2" });
  expect(kept()).toHaveLength(1);
});

test("half an emoji is made well-formed before it is sent", () => {
  const session = open();
  lineComes();
  session.send("cut \ud83d off \ude00, whole \ud83d\ude00");
  expect(texts()).toEqual(["cut \ufffd off \ufffd, whole \ud83d\ude00"]);
});

test("a refusal that does not say of what comes back with the oldest message that waits for one", () => {
  const session = open();
  lineComes();
  session.send("first");
  session.send("second");
  refuse("bad_frame", {});
  const [first, second] = session.getSnapshot().transcript.outgoing;
  expect([first?.refusal?.code, second?.refusal]).toEqual(["bad_frame", undefined]);
  wiring.onFrame(accepted(1, "id1"));
  expect(session.getSnapshot().transcript.outgoing).toMatchObject([{ text: "second" }]);
});

test("a line closed for what was sent does not get it again by itself", () => {
  const session = open();
  lineComes();
  session.send("much");
  wiring.onBlame();
  lineGoes();
  lineComes();
  expect(texts()).toEqual(["much"]);
  expect(kept()[0]?.refusal?.code).toBe("not_taken");
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
