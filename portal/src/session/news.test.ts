import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { ServerFrame } from "@/wire/frames";

import type { Login } from "./login";
import { followNews } from "./news";

class FakeSocket {
  static opened: FakeSocket[] = [];
  readonly url: string;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: string[] = [];

  constructor(url: string) {
    this.url = url;
    FakeSocket.opened.push(this);
  }

  send(data: string): void {
    this.sent.push(data);
  }

  close(): void {
    this.onclose = null;
  }

  says(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const accessToken = vi.fn(() =>
  Promise.resolve({ person: { userId: "u", role: "customer_admin" }, token: "token", renewAt: Date.now() + 3_600_000 }),
);
let queries: QueryClient;
let again: string[];
let leave: () => void;

beforeEach(async () => {
  FakeSocket.opened = [];
  accessToken.mockClear();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("location", { protocol: "https:", host: "acme.example" });
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { addEventListener: () => undefined });
  vi.stubGlobal("navigator", { onLine: true });
  queries = new QueryClient();
  again = [];
  vi.spyOn(queries, "invalidateQueries").mockImplementation((filters) => {
    again.push((filters?.queryKey ?? []).join(" "));
    return Promise.resolve();
  });
  leave = followNews({ accessToken } as unknown as Login, "acme", queries);
  await vi.waitFor(() => { expect(FakeSocket.opened).toHaveLength(1); });
});

afterEach(() => {
  leave();
  vi.unstubAllGlobals();
});

function socket(): FakeSocket {
  const newest = FakeSocket.opened.at(-1);
  if (!newest) throw new Error("no socket was opened");
  return newest;
}

test("what changed is asked for again, and nothing else", () => {
  socket().onopen?.();
  expect(socket().url).toBe("wss://acme.example/chat/news");
  socket().says({ type: "listening" });
  again = [];
  socket().says({ type: "changed", what: "people" });
  socket().says({ type: "changed", what: "tenants" });
  expect(again).toEqual(["people acme", "tenants"]);
});

test("whenever something may have been missed, all is asked for again", () => {
  socket().onopen?.();
  socket().says({ type: "listening" });
  expect(again).toEqual(expect.arrayContaining(["tenants", "agents acme", "conversations acme"]));
  again = [];
  socket().says({ type: "listening" });
  expect(again).toContain("agents acme");
});

test("closed to the person as they were, it asks who they are now", () => {
  socket().onopen?.();
  socket().says({ type: "listening" });
  accessToken.mockClear();
  socket().onclose?.({ code: 4403 });
  expect(accessToken).toHaveBeenCalledWith({ renew: true });
});
