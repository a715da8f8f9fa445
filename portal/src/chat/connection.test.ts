import { beforeEach, expect, test } from "vitest";

import { LoggedOut, Refused, Unreachable } from "@/wire/errors";
import { CloseCode, type ServerFrame } from "@/wire/frames";

import { backoffMs } from "./backoff";
import { Connection, type Credentials, type LineState, type Socket } from "./connection";
import { ManualClock, ready, settled } from "./testing";

class FakeSocket implements Socket {
  onopen: WebSocket["onopen"] = null;
  onmessage: WebSocket["onmessage"] = null;
  onclose: WebSocket["onclose"] = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  opens(): void {
    this.onopen?.call(this as unknown as WebSocket, {} as Event);
  }

  says(frame: ServerFrame): void {
    const event = { data: JSON.stringify(frame) } as MessageEvent<string>;
    this.onmessage?.call(this as unknown as WebSocket, event);
  }

  closes(code: number): void {
    this.onclose?.call(this as unknown as WebSocket, { code } as CloseEvent);
  }
}

const HOUR_MS = 3_600_000;
let clock: ManualClock;
let sockets: FakeSocket[];
let states: LineState[];
let blamed: number;
let asked: { renew: boolean }[];
let online: boolean;
let tell: (event: "online" | "offline" | "visible") => void;
let credentials: () => Promise<Credentials>;
let prepare: () => Promise<void>;
let connection: Connection;

function token(renewAt: number): Credentials {
  return { userId: "u", role: "customer_operator", tenantId: "t", token: "token", renewAt };
}

function newest(): FakeSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
}

async function connected(): Promise<FakeSocket> {
  connection.start();
  await settled();
  newest().opens();
  newest().says(ready());
  return newest();
}

beforeEach(() => {
  clock = new ManualClock();
  sockets = [];
  states = [];
  blamed = 0;
  asked = [];
  online = true;
  credentials = () => Promise.resolve(token(clock.now() + HOUR_MS));
  prepare = () => Promise.resolve();
  connection = new Connection({
    openSocket: () => {
      sockets.push(new FakeSocket());
      return newest();
    },
    credentials: (options) => {
      asked.push(options);
      return credentials();
    },
    prepare: () => prepare(),
    lastSeq: () => 7,
    onFrame: () => undefined,
    onState: (state) => states.push(state),
    onBlame: () => {
      blamed += 1;
    },
    clock,
    surroundings: {
      isOnline: () => online,
      watch: (callback) => {
        tell = callback;
        return () => undefined;
      },
    },
  });
});

test("a line of news is well once the gateway listens", async () => {
  connection.start();
  await settled();
  newest().opens();
  expect(states).not.toContain("connected");
  newest().says({ type: "listening" });
  expect(connection.state).toBe("connected");
});

test("the wait doubles from half a second to half a minute, with jitter of a half", () => {
  expect([0, 1, 2].map((failures) => backoffMs(failures, 1))).toEqual([500, 1000, 2000]);
  expect(backoffMs(0, 0)).toBe(250);
  expect(backoffMs(50, 1)).toBe(30_000);
});

test("it says who it is and what it has, and is connected with `ready`, not before", async () => {
  connection.start();
  await settled();
  newest().opens();
  expect(newest().sent).toEqual([
    { type: "auth", userId: "u", role: "customer_operator", tenantId: "t", token: "token", last_seq: 7, bursts: true },
  ]);
  expect(connection.send({ type: "stop" })).toBe(false);
  newest().says(ready());
  expect(states).toEqual(["connected"]);
  expect(connection.send({ type: "stop" })).toBe(true);
});

test("a lost line is opened again after a while, and later each time", async () => {
  (await connected()).closes(1006);
  expect(connection.state).toBe("reconnecting");
  await clock.pass(499);
  expect(sockets).toHaveLength(1);
  await clock.pass(1);
  expect(sockets).toHaveLength(2);
  newest().closes(1006);
  await clock.pass(999);
  expect(sockets).toHaveLength(2);
  await clock.pass(1);
  expect(sockets).toHaveLength(3);
});

test("a gateway that goes away says when to come back", async () => {
  const socket = await connected();
  socket.says({ type: "reconnect", after_ms: 1200 });
  expect(connection.state).toBe("reconnecting");
  expect(socket.closed).toBe(true);
  await clock.pass(1199);
  expect(sockets).toHaveLength(1);
  await clock.pass(1);
  expect(sockets).toHaveLength(2);
});

const NETWORK = 1006;

/** Of each close code of the protocol page: what the line is then, and when it is tried again. */
const CLOSES = [
  [CloseCode.INTERNAL_ERROR, "reconnecting", 500],
  [CloseCode.GOING_AWAY, "reconnecting", 500],
  [CloseCode.TOO_SLOW_READER, "reconnecting", 500],
  [CloseCode.BAD_FRAME, "broken", null],
  [CloseCode.NOT_AUTHENTICATED, "reconnecting", 500],
  [CloseCode.FORBIDDEN, "forbidden", null],
  [CloseCode.NOT_FOUND, "not-found", null],
  [CloseCode.AUTH_TIMEOUT, "reconnecting", 5_000],
  [CloseCode.TOO_BIG, "reconnecting", 5_000],
  [CloseCode.TOO_FAST, "reconnecting", 60_000],
  [NETWORK, "reconnecting", 500],
] as const;

test.each(CLOSES)("close code %i: %s, tried again after %s ms", async (code, state, after) => {
  (await connected()).closes(code);
  expect(connection.state).toBe(state);
  await clock.pass((after ?? HOUR_MS) - 1);
  tell("visible");
  await settled();
  const waits = after === null || after > 500;
  if (waits) expect(sockets).toHaveLength(1);
  await clock.pass(1);
  expect(sockets).toHaveLength(after === null ? 1 : 2);
  expect(blamed).toBe(code === CloseCode.BAD_FRAME || code === CloseCode.TOO_BIG ? 1 : 0);
});

test("too fast, it waits as long as it is told", async () => {
  const socket = await connected();
  socket.says({ type: "error", code: "too_many_connections", message: "", retry_after_s: 7, retryable: true });
  socket.closes(CloseCode.TOO_FAST);
  await clock.pass(6_999);
  expect(sockets).toHaveLength(1);
  await clock.pass(1);
  expect(sockets).toHaveLength(2);
});

test("no close code is forgotten here", () => {
  const codes = Object.values(CloseCode).filter((code) => typeof code === "number");
  expect(new Set(CLOSES.map(([code]) => code))).toEqual(new Set([...codes, NETWORK]));
});

test("one slow first frame does not put the page out for good", async () => {
  connection.start();
  await settled();
  newest().closes(CloseCode.AUTH_TIMEOUT);
  await clock.pass(5_000);
  newest().opens();
  newest().says(ready());
  expect(connection.state).toBe("connected");
});

test("a token that is not taken is renewed; without a log-in it is over", async () => {
  (await connected()).closes(CloseCode.NOT_AUTHENTICATED);
  credentials = () => Promise.reject(new LoggedOut());
  await clock.pass(500);
  expect(asked).toEqual([{ renew: false }, { renew: true }]);
  expect(connection.state).toBe("logged-out");
});

test("the token is renewed on the open line when it is time", async () => {
  const socket = await connected();
  await clock.pass(HOUR_MS - 1);
  expect(socket.sent).toHaveLength(1);
  await clock.pass(1);
  expect(socket.sent.at(-1)).toMatchObject({ type: "auth", token: "token" });
  expect(socket.sent.at(-1)).not.toHaveProperty("last_seq");
  expect(connection.state).toBe("connected");
});

test("a gateway that cannot be reached is tried again; one that refuses is not", async () => {
  prepare = () => Promise.reject(new Unreachable());
  connection.start();
  await clock.pass(0);
  prepare = () => Promise.reject(new Refused(404, "not_found", ""));
  await clock.pass(500);
  expect(connection.state).toBe("not-found");
});

test("a page at an address that is not known is told so, and does not try for ever", async () => {
  connection.start();
  await settled();
  newest().closes(1006);
  credentials = () => Promise.reject(new Refused(403, "origin_refused", ""));
  await clock.pass(500);
  expect(asked.at(-1)).toEqual({ renew: true });
  expect(connection.state).toBe("wrong-address");
});

test("a fault of the page's own is not waited for", async () => {
  prepare = () => Promise.reject(new TypeError("a bug"));
  connection.start();
  await settled();
  expect(connection.state).toBe("broken");
});

test("what is sent and not answered at all means that the line is dead", async () => {
  const socket = await connected();
  await clock.pass(5);
  connection.send({ type: "message", text: "Hi", client_message_id: "a" });
  await clock.pass(10_000);
  expect(socket.closed).toBe(true);
  expect(connection.state).toBe("reconnecting");
});

test("after a sleep the line is opened anew", async () => {
  const socket = await connected();
  await clock.sleep(HOUR_MS / 2);
  expect(socket.closed).toBe(true);
  expect(connection.state).toBe("reconnecting");
});

test("offline is said when the browser says so, tries go on, and the way back is at once", async () => {
  const socket = await connected();
  online = false;
  tell("offline");
  expect(connection.state).toBe("offline");
  expect(socket.closed).toBe(true);
  await clock.pass(500);
  newest().closes(1006);
  expect(sockets).toHaveLength(2);
  online = true;
  tell("online");
  await settled();
  expect(sockets).toHaveLength(3);
  newest().opens();
  newest().says(ready());
  expect(connection.state).toBe("connected");
});

test("a page that is looked at again does not wait for its turn", async () => {
  (await connected()).closes(1006);
  tell("visible");
  await settled();
  expect(sockets).toHaveLength(2);
});

test("no `ready` in time is a failure like any other", async () => {
  connection.start();
  await settled();
  const first = newest();
  await clock.pass(15_000);
  expect(first.closed).toBe(true);
  await clock.pass(500);
  expect(sockets).toHaveLength(2);
});

test("what an abandoned socket still says is not heard", async () => {
  const first = await connected();
  first.closes(1006);
  await clock.pass(500);
  first.says(ready());
  expect(connection.state).toBe("reconnecting");
});

test("stopped, it stays so", async () => {
  const socket = await connected();
  connection.stop();
  socket.closes(1006);
  await clock.pass(HOUR_MS);
  expect(sockets).toHaveLength(1);
  expect(socket.closed).toBe(true);
});
