/**
 * A conversation as the page uses it: a snapshot that changes, and what a person can do.
 *
 * It sends what was typed once the line is there, again after each reconnect until it is accepted,
 * and never anything twice that the gateway would not recognise by its `client_message_id`.
 */
import type { Message, ServerFrame } from "@/wire/frames";

import type { Connection, LineState } from "./connection";
import type { Outbox } from "./outbox";
import {
  addMessages,
  addOutgoing,
  askAgain,
  dropOutgoing,
  EMPTY,
  forgiveOutgoing,
  lineLost,
  type Outgoing,
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
}

export interface ChatSessionOptions {
  readonly connect: (wiring: ConnectionWiring) => SessionConnection;
  /** A page in ascending order: the newest, or those before a message. */
  readonly history: (page: { limit: number; before?: string }) => Promise<Message[]>;
  readonly outbox: Outbox;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** Enough to fill any screen at once. */
export const PAGE = 50;
/** As many as the gateway gives: who reads back through thousands shall wait seldom. */
export const OLDER_PAGE = 200;

export class ChatSession {
  readonly #options: ChatSessionOptions;
  readonly #connection: SessionConnection;
  readonly #listeners = new Set<() => void>();
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
      text,
      createdAt: this.#options.now().toISOString(),
    };
    this.#options.outbox.keep(outgoing);
    this.#change(addOutgoing(this.#snapshot.transcript, outgoing));
    this.#transmit(outgoing);
  }

  /** Send a refused message again. */
  resend(clientMessageId: string): void {
    this.#change(forgiveOutgoing(this.#snapshot.transcript, clientMessageId));
    const outgoing = this.#outgoing(clientMessageId);
    if (outgoing) this.#transmit(outgoing);
  }

  /** Take a refused message back. */
  discard(clientMessageId: string): void {
    this.#options.outbox.drop(clientMessageId);
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
  }

  #onLine(line: LineState): void {
    this.#set({ line, transcript: lineLost(this.#snapshot.transcript) });
    if (line !== "connected") return;
    for (const outgoing of this.#snapshot.transcript.outgoing) {
      if (!outgoing.refusal) this.#transmit(outgoing);
    }
  }

  #transmit({ clientMessageId, text }: Outgoing): void {
    this.#connection.send({ type: "message", text, client_message_id: clientMessageId });
  }

  #outgoing(clientMessageId: string): Outgoing | undefined {
    return this.#snapshot.transcript.outgoing.find(
      (one) => one.clientMessageId === clientMessageId,
    );
  }

  /** The next transcript; what has left `outgoing` is the outbox's no more. */
  #change(transcript: Transcript): void {
    const before = this.#snapshot.transcript;
    if (transcript === before) return;
    if (transcript.outgoing !== before.outgoing) {
      const still = new Set(transcript.outgoing.map((one) => one.clientMessageId));
      for (const { clientMessageId } of before.outgoing) {
        if (!still.has(clientMessageId)) this.#options.outbox.drop(clientMessageId);
      }
    }
    this.#set({ transcript });
  }

  #set(changed: Partial<ChatSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changed };
    for (const listener of this.#listeners) listener();
  }
}
