/** The chat with a business's employee, for its customers. */
import type { ChatSession } from "@/chat/chat-session";
import { threadItems, unanswered } from "@/chat/thread-items";
import { Refused } from "@/wire/errors";

import { Announcer } from "./announcer";
import type { Calls } from "./calls";
import { Composer } from "./composer";
import { Consent } from "./consent";
import { button, h } from "./dom";
import { Header } from "./header";
import { Thread } from "./thread";
import type { Told } from "./told";
import type { Visit } from "./visit";
import type { Say } from "./words";

export interface PageOptions {
  readonly told: Told;
  readonly say: Say;
  readonly calls: Calls;
  readonly visit: () => Visit;
  /** Within a site: shuts the frame. */
  readonly close?: () => void;
}

export class Page {
  readonly #options: PageOptions;
  readonly #header: Header;
  readonly #thread: Thread;
  readonly #composer: Composer;
  readonly #consent: Consent;
  readonly #announcer = new Announcer();
  readonly #state = h("p", { className: "state", attrs: { role: "status" } });
  readonly #first: readonly HTMLLIElement[];
  #session: ChatSession | null = null;
  #unsubscribe: () => void = () => undefined;

  constructor(root: HTMLElement, options: PageOptions) {
    const { told, say, calls, visit, close } = options;
    this.#options = options;
    this.#header = new Header({ told, say, calls, visit, begin: () => this.#begin(), tell: (sentence) => { this.#tell(sentence); }, ...(close ? { close } : {}) });
    this.#thread = new Thread(say, told.agent, {
      retry: (replyTo) => this.#session?.retry(replyTo),
      resend: (id) => this.#session?.resend(id),
      takeBack: (id) => this.#session?.discard(id),
      rate: (id, good) => void this.#rate(id, good),
    });
    this.#consent = new Consent(told, say);
    this.#composer = new Composer(say, (text) => this.#send(text), () => this.#session?.stopAnswer());
    this.#first = firstWords(told, say);
    root.replaceChildren(
      this.#header.element,
      h(
        "main",
        {},
        this.#thread.element,
        h("div", { className: "below" }, this.#state, this.#consent.element, this.#composer.element, footer(told, say)),
        this.#announcer.element,
      ),
    );
    this.#draw();
  }

  /** The visit's session is this one now; null: there is none. */
  use(session: ChatSession | null, why: "began" | "adopted" | "ended"): void {
    this.#unsubscribe();
    this.#session = session;
    this.#announcer.forget();
    if (session) this.#consent.done();
    this.#unsubscribe = session?.subscribe(() => { this.#draw(); }) ?? (() => undefined);
    const { say } = this.#options;
    this.#tell(why === "adopted" ? say("goesOn") : "");
    this.#draw();
    this.#thread.toEnd();
  }

  /** What stands above the composer: nothing, or why something is as it is. */
  tell(sentence: string): void {
    this.#tell(sentence);
  }

  /** Why a visit could not be begun, where nobody has written anything yet. */
  explain(error: unknown): void {
    const asksFirst = error instanceof Refused && error.code === "consent_required";
    if (!asksFirst) this.#tell(this.#sentence(error));
  }

  focus(): void {
    this.#composer.focus();
  }

  async #send(text: string): Promise<boolean> {
    try {
      const session = await this.#begin();
      session.send(text);
      this.#thread.toEnd();
      return true;
    } catch (error) {
      this.#tell(this.#sentence(error));
      return false;
    }
  }

  /** The session, begun with what was agreed to. Rejects with Refused, Unreachable. */
  async #begin(): Promise<ChatSession> {
    if (!this.#session && !this.#consent.isGiven && !this.#options.visit().isKnown) {
      this.#consent.ask();
      throw new Refused(409, "consent_required", "");
    }
    const session = await this.#options.visit().ensure(this.#consent.version);
    this.#consent.done();
    return session;
  }

  #sentence(error: unknown): string {
    const { say } = this.#options;
    if (!(error instanceof Refused)) return say("didNotWork");
    switch (error.code) {
      case "consent_required":
        this.#consent.ask();
        return say("agreeFirst");
      case "identity_required":
      case "identity_expired":
      case "identity_refused":
        return say("logInFirst");
      case "too_many":
        return say("tooMany");
      default:
        return error.status === 404 ? say("shut") : say("didNotWork");
    }
  }

  async #rate(messageId: string, good: boolean): Promise<void> {
    const { calls, visit, say } = this.#options;
    const { token } = visit();
    if (token === null) return;
    const done = await calls.rate(token, messageId, good).then(() => true, () => false);
    this.#tell(say(done ? "rated" : "didNotWork"));
  }

  #draw(): void {
    const snapshot = this.#session?.getSnapshot();
    const items = snapshot ? threadItems(snapshot.transcript) : [];
    this.#thread.show(items, ...this.#first);
    this.#composer.answering(snapshot ? unanswered(snapshot.transcript).length > 0 : false);
    this.#header.hasConversation(items.length > 0);
    if (!snapshot) return;
    this.#announcer.take(snapshot.transcript.messages);
    const { say } = this.#options;
    if (snapshot.line === "offline") this.#tell(say("offline"));
    else if (snapshot.line === "reconnecting") this.#tell(say("connecting"));
    else if (snapshot.line === "connected" && this.#isAboutTheLine()) this.#tell("");
  }

  #isAboutTheLine(): boolean {
    const { say } = this.#options;
    return [say("offline"), say("connecting")].includes(this.#state.textContent);
  }

  #tell(sentence: string): void {
    if (this.#state.textContent !== sentence) this.#state.textContent = sentence;
  }
}

/** Before the first word: that a machine writes, why nobody answers, and a greeting. */
function firstWords({ notice, away, greeting, agent }: Told, say: Say): HTMLLIElement[] {
  const hello = h("div", { className: "bubble", dir: "auto" }, greeting || say("hello"));
  return [
    ...(notice ? [h("li", { className: "notice", dir: "auto" }, notice)] : []),
    ...(away ? [h("li", { className: "notice", dir: "auto" }, away)] : []),
    h("li", { className: "theirs" }, h("span", { className: "unseen" }, agent), hello),
  ];
}

function footer({ hours, privacy_url }: Told, say: Say): HTMLElement | null {
  if (!hours && !privacy_url) return null;
  return h(
    "footer",
    {},
    hours && h("span", { dir: "auto" }, `${say("hours")}: ${hours}`),
    privacy_url && h("a", { href: privacy_url, target: "_blank", rel: "noopener noreferrer" }, say("privacy")),
  );
}

/** A page of its own for what cannot be talked about. */
export function shut(root: HTMLElement, say: Say, close?: () => void): void {
  root.replaceChildren(h("p", { className: "state" }, say("shut")), ...(close ? [button("quiet", say("close"), close)] : []));
}
