/**
 * A visit: whose it is, its conversation, and its line. It begins with the first word and not
 * before, goes on where a token of it is kept, and is replaced in place when the visitor becomes
 * somebody else.
 */
import { browserSurroundings } from "@/chat/browser-surroundings";
import { ChatSession } from "@/chat/chat-session";
import { systemClock } from "@/chat/clock";
import { Connection } from "@/chat/connection";
import { Outbox, type Store } from "@/chat/outbox";
import { LoggedOut, Refused } from "@/wire/errors";
import type { Visit as Begun } from "@/wire/frames";

import type { Calls } from "./calls";
import type { Keeping } from "./keeping";

export interface VisitOptions {
  readonly door: string;
  readonly language: string;
  readonly calls: Calls;
  readonly keeping: Keeping;
  readonly store: Store;
  /** The session is another one now, or there is none. */
  readonly onChange: (session: ChatSession | null, why: "began" | "adopted" | "ended") => void;
  /** A fresh proof of who the visitor is, if the site can sign one. */
  readonly signed: () => Promise<string | null>;
}

export class Visit {
  readonly #options: VisitOptions;
  #token: string | null;
  #session: ChatSession | null = null;
  #conversation = "";
  #beginning: Promise<ChatSession> | null = null;

  constructor(options: VisitOptions) {
    this.#options = options;
    this.#token = options.keeping.read();
  }

  get token(): string | null {
    return this.#token;
  }

  get isKnown(): boolean {
    return this.#token !== null;
  }

  /** Go on where this browser was before, if it was. */
  async resume(): Promise<void> {
    if (this.#token === null) return;
    try {
      await this.ensure();
    } catch (error) {
      if (error instanceof Refused) this.#over();
      else throw error;
    }
  }

  /** The session, begun if there is none. Rejects with Refused, Unreachable. */
  ensure(agreedTo?: string, identity?: string): Promise<ChatSession> {
    if (this.#session && identity === undefined) return Promise.resolve(this.#session);
    if (this.#beginning && identity === undefined) return this.#beginning;
    const beginning = this.#begin(agreedTo, identity).finally(() => {
      if (this.#beginning === beginning) this.#beginning = null;
    });
    this.#beginning = beginning;
    return beginning;
  }

  /** The visitor is whom the site has signed: the line goes on with them, in place. */
  async identify(identity: string): Promise<void> {
    await this.#beginning?.catch(() => undefined);
    await this.ensure(undefined, identity);
  }

  /** Nothing of this visitor stays on this page or in this browser. */
  async logOut(): Promise<void> {
    const token = this.#token;
    this.#over();
    if (token !== null) await this.#options.calls.leave(token).catch(() => undefined);
  }

  async deleteConversation(): Promise<void> {
    if (this.#token === null) return;
    await this.#options.calls.deleteConversation(this.#token);
    this.#over();
  }

  async #begin(agreedTo?: string, identity?: string): Promise<ChatSession> {
    const begun = await this.#ask(agreedTo, identity);
    this.#keep(begun.token);
    if (!this.#session || begun.conversation_id !== this.#conversation || identity !== undefined) {
      this.#open(begun);
    }
    return this.#session ?? this.#open(begun);
  }

  async #ask(agreedTo?: string, identity?: string): Promise<Begun> {
    const { calls, language, signed } = this.#options;
    const proof = identity ?? (await signed()) ?? undefined;
    const asked = (token: string | null) =>
      calls.begin({
        language,
        ...(token === null ? {} : { token }),
        ...(proof === undefined ? {} : { identity: proof }),
        ...(agreedTo === undefined ? {} : { agreed_to: agreedTo }),
      });
    return asked(this.#token);
  }

  #open({ conversation_id: conversation, adopted }: Begun): ChatSession {
    this.#session?.stop();
    this.#conversation = conversation;
    const { door, store, onChange } = this.#options;
    const session = new ChatSession({
      connect: (wiring) =>
        new Connection({
          openSocket: () => new WebSocket(socketAddress(conversation)),
          credentials: ({ renew }) => this.#credentials(renew, conversation),
          prepare: wiring.prepare,
          lastSeq: wiring.lastSeq,
          onFrame: wiring.onFrame,
          onState: (state) => {
            wiring.onState(state);
            if (this.#session === session && (state === "logged-out" || state === "not-found")) this.#over();
          },
          onBlame: wiring.onBlame,
          clock: systemClock,
          surroundings: browserSurroundings,
        }),
      // The line brings all there is: it is one person's talk.
      history: () => Promise.resolve([]),
      outbox: new Outbox(store, `konstruct.door.${door}.${conversation}.`),
      newId: () => crypto.randomUUID(),
      clock: systemClock,
    });
    this.#session = session;
    session.start();
    onChange(session, adopted ? "adopted" : "began");
    return session;
  }

  async #credentials(renew: boolean, conversation: string): Promise<{ visitor: string }> {
    if (renew) {
      try {
        const begun = await this.#ask();
        if (begun.conversation_id !== conversation) throw new LoggedOut();
        this.#keep(begun.token);
      } catch (error) {
        throw error instanceof Refused && error.status < 429 ? new LoggedOut() : error;
      }
    }
    if (this.#token === null) throw new LoggedOut();
    return { visitor: this.#token };
  }

  #keep(token: string | null): void {
    this.#token = token;
    this.#options.keeping.write(token);
  }

  #over(): void {
    this.#session?.stop();
    this.#session = null;
    this.#conversation = "";
    this.#keep(null);
    this.#options.onChange(null, "ended");
  }
}

function socketAddress(conversation: string): string {
  return `${location.origin.replace(/^http/, "ws")}/chat/ws/${conversation}`;
}
