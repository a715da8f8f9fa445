/**
 * A line to the gateway, a conversation's or that of news: opened, kept, and opened again, whatever
 * happens to it.
 *
 * `connected` is said only after the gateway's `ready`, or `listening`. A line that has gone quiet without closing
 * (a sleeping laptop, a changed network) is found out and replaced. What has to be said again
 * after that is its owner's business, on `connected`.
 */
import { LoggedOut, ORIGIN_REFUSED, Refused, Unreachable } from "@/wire/errors";
import { type ClientFrame, type FirstFrame, parseServerFrame, type ServerFrame } from "@/wire/frames";

import { backoffMs } from "./backoff";
import type { Clock } from "./clock";
import { closed } from "./closes";

export type LineState =
  | "connecting"
  | "connected"
  | "reconnecting"
  | "offline"
  | "logged-out"
  | "forbidden"
  | "not-found"
  | "broken"
  | "wrong-address";

/** What a WebSocket is to us; tests bring their own. */
export type Socket = Pick<
  WebSocket,
  "send" | "close" | "onopen" | "onmessage" | "onclose"
>;

/** An access token and what it says. */
export interface Credentials {
  readonly userId: string;
  readonly role: Extract<ClientFrame, { type: "auth" }>["role"];
  readonly tenantId: string;
  readonly token: string;
  /** In milliseconds since 1970. */
  readonly renewAt: number;
}

/** What a visitor of a business's website has, who has no log-in. It is renewed with the next line. */
export interface VisitorCredentials {
  readonly visitor: string;
}

/** What the browser tells about the world around the page. */
export interface Surroundings {
  isOnline(): boolean;
  watch(callback: (event: "online" | "offline" | "visible") => void): () => void;
}

export interface ConnectionOptions {
  readonly openSocket: () => Socket;
  /** Good for a while. Rejects with LoggedOut when there is no log-in any more. */
  readonly credentials: (options: { renew: boolean }) => Promise<Credentials | VisitorCredentials>;
  /** What must be there before the socket is opened: the newest page of history. */
  readonly prepare: () => Promise<void>;
  /** Of a conversation's line: the newest message there is. */
  readonly lastSeq?: () => number;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: LineState) => void;
  /** The line was closed for something that it had been sent. */
  readonly onBlame: () => void;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
}

const READY_WITHIN_MS = 15_000;
const ANSWERED_WITHIN_MS = 10_000;
const HEARTBEAT_MS = 10_000;
/** Timers of hidden pages run once a minute; a longer gap means that the machine slept. */
const SLEPT_MS = 90_000;

export class Connection {
  readonly #options: ConnectionOptions;
  #state: LineState = "connecting";
  #socket: Socket | null = null;
  #running = false;
  #failures = 0;
  #everConnected = false;
  #renewFirst = false;
  #notBefore = 0;
  /** What the last error said to wait. */
  #toldToWaitMs: number | undefined;
  #lastHeard = 0;
  #lastBeat = 0;
  /** What is to be cancelled when this attempt, or this line, is over. */
  #timers: (() => void)[] = [];
  #stopWatching: (() => void) | null = null;
  /** Counts attempts, so that what an earlier one still brings is known to be late. */
  #attempt = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): LineState {
    return this.#state;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#failures = 0;
    this.#stopWatching = this.#options.surroundings.watch((event) => {
      this.#onSurroundings(event);
    });
    this.#setState(this.#everConnected ? "reconnecting" : "connecting");
    void this.#try();
  }

  stop(): void {
    this.#running = false;
    this.#stopWatching?.();
    this.#stopWatching = null;
    this.#drop();
  }

  /** Whether it went out; while not connected, nothing does. */
  send(frame: ClientFrame): boolean {
    if (this.#state !== "connected" || !this.#socket) return false;
    this.#socket.send(JSON.stringify(frame));
    this.#expectAnswer();
    return true;
  }

  async #try(): Promise<void> {
    this.#drop();
    const attempt = this.#attempt;
    const late = () => attempt !== this.#attempt;
    try {
      const credentials = await this.#options.credentials({ renew: this.#renewFirst });
      if (late()) return;
      await this.#options.prepare();
      if (late()) return;
      this.#open(credentials, late);
    } catch (error) {
      if (!late()) this.#onFailedAttempt(error);
    }
  }

  #open(credentials: Credentials | VisitorCredentials, late: () => boolean): void {
    const socket = this.#options.openSocket();
    this.#toldToWaitMs = undefined;
    this.#socket = socket;
    this.#after(READY_WITHIN_MS, () => {
      this.#tryLater();
    });
    let opened = false;
    socket.onopen = () => {
      opened = true;
      socket.send(JSON.stringify(this.#authFrame(credentials, this.#options.lastSeq?.())));
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      if (!late()) this.#onData(event.data, credentials);
    };
    socket.onclose = (event) => {
      if (late()) return;
      // A browser does not tell a page why its first socket was refused; a fresh token's call does.
      if (!opened && !this.#everConnected) this.#renewFirst = true;
      this.#onClose(event.code);
    };
  }

  #onData(data: string, credentials: Credentials | VisitorCredentials): void {
    this.#lastHeard = this.#options.clock.now();
    const frame = parseServerFrame(data);
    if (!frame) return;
    if (frame.type === "reconnect") this.#wait(frame.after_ms);
    if (frame.type === "error") this.#toldToWaitMs = secondsToMs(frame.retry_after_s);
    this.#options.onFrame(frame);
    if (frame.type === "ready" || frame.type === "listening") this.#onReady(credentials);
    if (frame.type === "reconnect") this.#tryLater();
  }

  #onReady(credentials: Credentials | VisitorCredentials): void {
    this.#cancelTimers();
    this.#failures = 0;
    this.#everConnected = true;
    this.#renewFirst = false;
    if ("renewAt" in credentials) this.#renewFrom(credentials.renewAt);
    this.#lastBeat = this.#options.clock.now();
    this.#beat();
    this.#setState("connected");
  }

  #onClose(code: number): void {
    const { ends, renew = false, blamesMessages = false, waitMs = 0, asToldBefore } = closed(code);
    if (blamesMessages) this.#options.onBlame();
    if (renew) this.#renewFirst = true;
    this.#wait((asToldBefore && this.#toldToWaitMs) ?? waitMs);
    if (ends) this.#end(ends);
    else this.#tryLater();
  }

  #onFailedAttempt(error: unknown): void {
    if (error instanceof LoggedOut) this.#end("logged-out");
    else if (error instanceof Refused && error.code === ORIGIN_REFUSED) this.#end("wrong-address");
    else if (error instanceof Refused && error.status === 403) this.#end("forbidden");
    else if (error instanceof Refused && error.status === 404) this.#end("not-found");
    else if (error instanceof Refused || error instanceof Unreachable) this.#tryLater();
    // A fault of the page's own: waiting for the network would not mend it.
    else this.#end("broken");
  }

  #tryLater(): void {
    this.#drop();
    const { clock, surroundings } = this.#options;
    const waitMs = Math.max(
      this.#notBefore - clock.now(),
      backoffMs(this.#failures, clock.random()),
    );
    this.#failures += 1;
    if (!surroundings.isOnline()) this.#setState("offline");
    else this.#setState(this.#everConnected ? "reconnecting" : "connecting");
    // Browsers may call a machine offline that still reaches its own gateway, so tries go on.
    this.#after(waitMs, () => void this.#try());
  }

  #wait(ms: number): void {
    this.#notBefore = this.#options.clock.now() + ms;
  }

  #onSurroundings(event: "online" | "offline" | "visible"): void {
    if (!this.#running) return;
    const connected = this.#state === "connected";
    if (event === "offline" && connected) this.#tryLater();
    const mayTry = this.#options.clock.now() >= this.#notBefore;
    if (event !== "offline" && !connected && this.#socket === null && mayTry) {
      this.#failures = 0;
      if (event === "online") this.#setState(this.#everConnected ? "reconnecting" : "connecting");
      void this.#try();
    }
  }

  /** A gateway says something at once to whatever it is sent; one that does not is not there. */
  #expectAnswer(): void {
    const { clock } = this.#options;
    const sentAt = clock.now();
    this.#after(ANSWERED_WITHIN_MS, () => {
      if (this.#lastHeard < sentAt) this.#tryLater();
    });
  }

  #beat(): void {
    this.#after(HEARTBEAT_MS, () => {
      const now = this.#options.clock.now();
      const gap = now - this.#lastBeat;
      this.#lastBeat = now;
      if (gap > SLEPT_MS) this.#tryLater();
      else this.#beat();
    });
  }

  #renewFrom(renewAt: number): void {
    const { clock } = this.#options;
    const inMs = Math.max(0, renewAt - clock.now());
    this.#after(inMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const attempt = this.#attempt;
    try {
      const credentials = await this.#options.credentials({ renew: true });
      if (attempt !== this.#attempt || !this.#socket) return;
      this.#socket.send(JSON.stringify(this.#authFrame(credentials)));
      if ("renewAt" in credentials) this.#renewFrom(credentials.renewAt);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error instanceof LoggedOut) this.#end("logged-out");
      // Otherwise the gateway closes when the old token ends, and the next attempt renews.
    }
  }

  #authFrame(credentials: Credentials | VisitorCredentials, lastSeq?: number): FirstFrame {
    if ("visitor" in credentials) {
      return { type: "auth", kind: "visitor", token: credentials.visitor, last_seq: lastSeq ?? 0, bursts: true };
    }
    return {
      type: "auth",
      userId: credentials.userId,
      role: credentials.role,
      tenantId: credentials.tenantId,
      token: credentials.token,
      ...(lastSeq === undefined ? {} : { last_seq: lastSeq }),
      bursts: true,
    };
  }

  #end(state: LineState): void {
    this.stop();
    this.#setState(state);
  }

  #drop(): void {
    this.#attempt += 1;
    this.#cancelTimers();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #after(ms: number, callback: () => void): void {
    this.#timers.push(this.#options.clock.after(ms, callback));
  }

  #cancelTimers(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
  }

  #setState(state: LineState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}

function secondsToMs(seconds: number | null | undefined): number | undefined {
  return seconds == null ? undefined : seconds * 1000;
}
