/**
 * What changed in the business, as the gateway tells it: lists are asked for again when they are
 * otherwise than before, and all of them when something may have been missed.
 */
import type { QueryClient } from "@tanstack/react-query";

import { browserSurroundings } from "@/chat/browser-surroundings";
import { systemClock } from "@/chat/clock";
import { Connection } from "@/chat/connection";

import { credentialsOf, socketUrl } from "./line";
import type { Login } from "./login";

/** Lists by the name of their routes, which is where their keys begin. */
const OF_A_BUSINESS = ["agents", "attention", "channels", "conversations", "invitations", "knowledge", "llm-keys", "people"];
const TENANTS = "tenants";

/** Follows until the result is called. */
export function followNews(login: Login, tenantId: string, queries: QueryClient): () => void {
  const again = (what: string) => {
    void queries.invalidateQueries({ queryKey: what === TENANTS ? [TENANTS] : [what, tenantId] });
  };
  const line = new Connection({
    openSocket: () => new WebSocket(socketUrl("news")),
    credentials: credentialsOf(login, tenantId),
    prepare: () => Promise.resolve(),
    onFrame(frame) {
      if (frame.type === "listening") [TENANTS, ...OF_A_BUSINESS].forEach(again);
      if (frame.type === "changed") again(frame.what);
    },
    // What was closed to the person as they were may be open to them as they are now.
    onState(state) {
      if (state === "forbidden") login.accessToken({ renew: true }).catch(() => null);
    },
    onBlame: () => undefined,
    clock: systemClock,
    surroundings: browserSurroundings,
  });
  line.start();
  return () => { line.stop(); };
}
