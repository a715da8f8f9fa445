/** Who answers, a person always to be had, and what can be done with the conversation. */
import type { ChatSession } from "@/chat/chat-session";

import type { Calls } from "./calls";
import { confirm, type Dialog, personDialog } from "./dialogs";
import { button, h } from "./dom";
import type { Told } from "./told";
import type { Visit } from "./visit";
import type { Say } from "./words";

export interface HeaderOptions {
  readonly told: Told;
  readonly say: Say;
  readonly calls: Calls;
  readonly visit: () => Visit;
  readonly begin: () => Promise<ChatSession>;
  readonly tell: (sentence: string) => void;
  readonly close?: () => void;
}

export class Header {
  readonly element: HTMLElement;
  readonly #options: HeaderOptions;
  readonly #more: HTMLDetailsElement;

  constructor(options: HeaderOptions) {
    this.#options = options;
    const { told, say, close } = options;
    const person = personDialog(told, say, (reachAt) => this.#askForPerson(reachAt));
    const removing = confirm(say, { title: say("remove"), lead: say("removeLead"), act: () => this.#remove() });
    this.#more = h(
      "details",
      { className: "more" },
      h("summary", { attrs: { "aria-label": say("more") } }, "⋯"),
      h(
        "div",
        { className: "menu" },
        button("quiet", say("link"), () => { this.#shutMenu(); void this.#link(); }),
        button("quiet", say("remove"), () => { this.#open(removing); }),
      ),
    );
    this.#more.hidden = true;
    this.element = h(
      "header",
      {},
      h("span", { className: "face", attrs: { "aria-hidden": "true" } }, Array.from(told.agent)[0] ?? ""),
      h("div", { className: "names" }, h("h1", { dir: "auto" }, told.agent), h("p", { dir: "auto" }, say("ai", { business: told.business }))),
      button("person", say("person"), () => { this.#open(person); }),
      this.#more,
      close && button("quiet", "✕", close, { "aria-label": say("close") }),
      person.element,
      removing.element,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#more.open) return;
      event.stopPropagation();
      this.#shutMenu();
      this.#more.querySelector("summary")?.focus();
    });
  }

  hasConversation(there: boolean): void {
    this.#more.hidden = !there;
  }

  #open(dialog: Dialog): void {
    this.#shutMenu();
    dialog.open();
  }

  #shutMenu(): void {
    this.#more.open = false;
  }

  async #askForPerson(reachAt: string): Promise<void> {
    const { begin, calls, visit, told } = this.#options;
    await begin();
    const { token } = visit();
    if (token !== null) await calls.askForPerson(token, { reach_at: reachAt, language: told.language });
  }

  async #remove(): Promise<void> {
    const { visit, tell, say } = this.#options;
    await visit().deleteConversation();
    tell(say("removed"));
  }

  async #link(): Promise<void> {
    const { calls, visit, tell, say } = this.#options;
    const { token } = visit();
    if (token === null) return;
    let link: string;
    try {
      link = await calls.wayBack(token);
    } catch {
      tell(say("didNotWork"));
      return;
    }
    // A frame may not write to the clipboard unless the site lets it: then the link is shown.
    const copied = await navigator.clipboard.writeText(link).then(() => true, () => false);
    tell(copied ? say("linked") : `${say("linkHere")} ${link}`);
  }
}
