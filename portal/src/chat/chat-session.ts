/**
 * A conversation as the page uses it: a snapshot that changes, and what a person can do.
 *
 * It sends what was typed once the line is there, again after each reconnect until it is accepted,
 * and never anything twice that the gateway would not recognise by its `client_message_id`.
 */
import type { Message, ServerFrame } from "@/wire/frames";
import { wellFormed } from "@/wire/well-formed";

import { backoffMs } from "./backoff";
import type { Clock } from "./clock";
import type { Connection, LineState } from "./connection";
import type { Outbox } from "./outbox";
import { needsNewId, passes } from "./refusals";
import {
  addMessages,
  addOutgoing,
  askAgain,
  dropOutgoing,
  EMPTY,
  forgiveOutgoing,
  lineLost,
  type Notice,
  type Outgoing,
  refuseOutgoing,
  takeFrame,
  type Transcript,
} from "./transcript";

export interface ChatSnapshot {
  readonly transcript: Transcript;
  readonly line: LineState;
  /** Whether the newest page of history is there. */
  readonly loaded: boolean;
  readonly older: "none" | "some" | "loading" | "failed";
}

export type SessionConnection = Pick<Connection, "start" | "stop" | "send">;

export interface ConnectionWiring {
  readonly prepare: () => Promise<void>;
  readonly lastSeq: () => number;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: LineState) => void;
  readonly onBlame: () => void;
}

export interface ChatSessionOptions {
  readonly connect: (wiring: ConnectionWiring) => SessionConnection;
  /** A page in ascending order: the newest, or those before a message. */
  readonly history: (page: { limit: number; before?: string }) => Promise<Message[]>;
  readonly outbox: Outbox;
  readonly newId: () => string;
  readonly clock: Clock;
}

/** Enough to fill any screen at once. */
export const PAGE = 50;
/** As many as the gateway gives: who reads back through thousands shall wait seldom. */
export const OLDER_PAGE = 200;

const NOT_TAKEN: Notice = { code: "not_taken", message: "This message was not taken.", retryable: true };

export class ChatSession {
  readonly #options: ChatSessionOptions;
  readonly #connection: SessionConnection;
  readonly #listeners = new Set<() => void>();
  /** Sent on this line and not answered yet. */
  readonly #inFlight = new Set<string>();
  /** Sent again by the page once more, in a while: refused in passing so many times by now. */
  #passing = 0;
  #cancelAgain: (() => void) | null = null;
  #snapshot: ChatSnapshot;

  constructor(options: ChatSessionOptions) {
    this.#options = options;
    const transcript = options.outbox.load().reduce(addOutgoing, EMPTY);
    this.#snapshot = { transcript, line: "connecting", loaded: false, older: "none" };
    this.#connection = options.connect({
      prepare: () => this.#loadNewest(),
      lastSeq: () => this.#snapshot.transcript.lastSeq,
      onFrame: (frame) => {
        this.#onFrame(frame);
      },
      onState: (line) => {
        this.#onLine(line);
      },
      onBlame: () => {
        for (const id of this.#inFlight) this.#refuse(id, NOT_TAKEN);
      },
    });
  }

  readonly getSnapshot = (): ChatSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
  }

  send(text: string): void {
    const outgoing: Outgoing = {
      clientMessageId: this.#options.newId(),
      text: wellFormed(text),
      createdAt: new Date(this.#options.clock.now()).toISOString(),
    };
    this.#change(addOutgoing(this.#snapshot.transcript, outgoing));
    this.#transmit(outgoing);
  }

  /** Send a refused message again. */
  resend(clientMessageId: string): void {
    const refused = this.#outgoing(clientMessageId);
    if (!refused) return;
    if (needsNewId(refused.refusal?.code ?? "")) {
      this.discard(clientMessageId);
      this.send(refused.text);
      return;
    }
    this.#change(forgiveOutgoing(this.#snapshot.transcript, clientMessageId));
    const outgoing = this.#outgoing(clientMessageId);
    if (outgoing) this.#transmit(outgoing);
  }

  /** Take a refused message back. */
  discard(clientMessageId: string): void {
    this.#change(dropOutgoing(this.#snapshot.transcript, clientMessageId));
  }

  stopAnswer(): void {
    this.#connection.send({ type: "stop" });
  }

  retry(replyTo: string): void {
    if (this.#connection.send({ type: "retry", reply_to: replyTo })) {
      this.#change(askAgain(this.#snapshot.transcript, replyTo));
    }
  }

  async loadOlder(): Promise<void> {
    const first = this.#snapshot.transcript.messages[0];
    if (!first || (this.#snapshot.older !== "some" && this.#snapshot.older !== "failed")) return;
    this.#set({ older: "loading" });
    try {
      const page = await this.#options.history({ limit: OLDER_PAGE, before: first.id });
      const transcript = addMessages(this.#snapshot.transcript, page);
      this.#set({ transcript, older: page.length < OLDER_PAGE ? "none" : "some" });
    } catch {
      this.#set({ older: "failed" });
    }
  }

  async #loadNewest(): Promise<void> {
    if (this.#snapshot.loaded) return;
    const page = await this.#options.history({ limit: PAGE });
    this.#set({ loaded: true, older: page.length < PAGE ? "none" : "some" });
    this.#change(addMessages(this.#snapshot.transcript, page));
  }

  #onFrame(frame: ServerFrame): void {
    const { transcript, older } = this.#snapshot;
    const next = takeFrame(transcript, frame);
    if (next.resetSeq > transcript.resetSeq && older !== "none") this.#set({ older: "none" });
    this.#change(next);
    if (frame.type === "accepted" || frame.type === "error") this.#onAnswered(frame);
  }

  /** The gateway's word on something that was sent to it. */
  #onAnswered(frame: Extract<ServerFrame, { type: "accepted" | "error" }>): void {
    if (frame.client_message_id) this.#inFlight.delete(frame.client_message_id);
    if (frame.type === "accepted") this.#passing = 0;
    else if (passes(frame.code)) this.#againInAWhile();
    else if (frame.code === "bad_frame" && !frame.client_message_id) this.#refuseOldest(frame);
  }

  /** It does not say which; were it another frame, `accepted` still comes and mends this. */
  #refuseOldest({ code, message }: { code: string; message: string }): void {
    const [oldest] = this.#inFlight;
    if (oldest) this.#refuse(oldest, { code, message, retryable: false });
  }

  #againInAWhile(): void {
    this.#cancelAgain?.();
    const { clock } = this.#options;
    this.#cancelAgain = clock.after(backoffMs(this.#passing + 1, clock.random()), () => {
      this.#sendWaiting();
    });
    this.#passing += 1;
  }

  #onLine(line: LineState): void {
    this.#inFlight.clear();
    this.#cancelAgain?.();
    this.#set({ line, transcript: lineLost(this.#snapshot.transcript) });
    if (line === "connected") this.#sendWaiting();
  }

  #sendWaiting(): void {
    for (const outgoing of this.#snapshot.transcript.outgoing) {
      if (!outgoing.refusal) this.#transmit(outgoing);
    }
  }

  #transmit({ clientMessageId, text }: Outgoing): void {
    const frame = { type: "message", text, client_message_id: clientMessageId } as const;
    if (this.#connection.send(frame)) this.#inFlight.add(clientMessageId);
  }

  #refuse(clientMessageId: string, refusal: Notice): void {
    this.#inFlight.delete(clientMessageId);
    this.#change(refuseOutgoing(this.#snapshot.transcript, clientMessageId, refusal));
  }

  #outgoing(clientMessageId: string): Outgoing | undefined {
    return this.#snapshot.transcript.outgoing.find(
      (one) => one.clientMessageId === clientMessageId,
    );
  }

  /** The next transcript, and the outbox keeps what is still outgoing of it, as it is now. */
  #change(transcript: Transcript): void {
    const before = this.#snapshot.transcript;
    if (transcript === before) return;
    if (transcript.outgoing !== before.outgoing) this.#keep(before.outgoing, transcript.outgoing);
    this.#set({ transcript });
  }

  #keep(before: readonly Outgoing[], now: readonly Outgoing[]): void {
    const { outbox } = this.#options;
    const still = new Set(now.map((one) => one.clientMessageId));
    for (const outgoing of now) if (!before.includes(outgoing)) outbox.keep(outgoing);
    for (const { clientMessageId } of before) if (!still.has(clientMessageId)) outbox.drop(clientMessageId);
  }

  #set(changed: Partial<ChatSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changed };
    for (const listener of this.#listeners) listener();
  }
}
