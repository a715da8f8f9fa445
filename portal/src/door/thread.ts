/** The messages on the page: what changed is drawn, what stayed is left where it is. */
import type { ThreadItem } from "@/chat/thread-items";
import type { Notice } from "@/chat/transcript";
import type { Message } from "@/wire/frames";

import { button, drawing, h } from "./dom";
import { markdown } from "./markdown";
import { sources } from "./sources";
import type { Say } from "./words";

export interface ThreadActions {
  readonly retry: (replyTo: string) => void;
  readonly resend: (clientMessageId: string) => void;
  readonly takeBack: (clientMessageId: string) => void;
  readonly rate: (messageId: string, good: boolean) => void;
}

interface Drawn {
  readonly item: ThreadItem;
  readonly element: HTMLLIElement;
}

const NEAR_PX = 80;
// Drawn, since not every system has the signs of thumbs.
const FACE = "M3 12a9 9 0 0 0 18 0a9 9 0 0 0-18 0";
const EYES = "M9 9.5v.01M15 9.5v.01";
const SMILE = "M8 14a4.5 4.5 0 0 0 8 0";
const FROWN = "M8 16.5a4.5 4.5 0 0 1 8 0";

export class Thread {
  readonly element: HTMLElement;
  readonly #list = h("ol", { className: "thread" });
  readonly #say: Say;
  readonly #agent: string;
  readonly #actions: ThreadActions;
  readonly #ratings = new Map<string, boolean>();
  #drawn = new Map<string, Drawn>();

  constructor(say: Say, agent: string, actions: ThreadActions) {
    this.#say = say;
    this.#agent = agent;
    this.#actions = actions;
    this.element = h(
      "div",
      { className: "scroll", tabIndex: 0, attrs: { role: "region", "aria-label": say("conversation", { agent }) } },
      this.#list,
    );
  }

  show(items: readonly ThreadItem[], ...before: readonly HTMLLIElement[]): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    const drawn = new Map<string, Drawn>();
    for (const item of items) {
      const had = this.#drawn.get(item.key);
      drawn.set(item.key, had?.item === item ? had : { item, element: this.#draw(item) });
    }
    this.#drawn = drawn;
    const elements = [...before, ...[...drawn.values()].map(({ element }) => element)];
    elements.forEach((element, at) => {
      if (this.#list.children[at] !== element) this.#list.insertBefore(element, this.#list.children[at] ?? null);
    });
    while (this.#list.children.length > elements.length) this.#list.lastElementChild?.remove();
    if (atEnd) this.element.scrollTop = this.element.scrollHeight;
  }

  toEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }

  #draw(item: ThreadItem): HTMLLIElement {
    const say = this.#say;
    switch (item.kind) {
      case "message":
        return item.message.role === "user" ? this.#own(item.message.content) : this.#answer(item.message);
      case "notice":
        return h("li", { className: "notice", dir: "auto" }, item.message.content);
      case "outgoing":
        return this.#outgoing(item);
      case "writing":
        return h("li", { className: "theirs" }, this.#who(this.#agent), h("div", { className: "bubble prose" }, markdown(item.text)));
      case "failed":
        return h(
          "li",
          { className: "theirs failed" },
          this.#who(this.#agent),
          h(
            "div",
            { className: "bubble", dir: "auto" },
            h("p", {}, item.message.content || say("failed")),
            button("quiet", say("again"), () => { this.#actions.retry(item.replyTo); }),
          ),
        );
      case "silent":
        return h("li", { className: "notice" }, say("silent"));
      default: // typing, or doing something beside talking
        return h(
          "li",
          { className: "theirs" },
          h("div", { className: "bubble typing", attrs: { role: "img", "aria-label": say("typing", { agent: this.#agent }) } }, h("i"), h("i"), h("i")),
        );
    }
  }

  #own(text: string, ...more: readonly (Node | false)[]): HTMLLIElement {
    return h("li", { className: "mine" }, this.#who(this.#say("you")), h("div", { className: "bubble", dir: "auto" }, text), ...more);
  }

  #answer(message: Message): HTMLLIElement {
    const byColleague = message.author?.kind === "member";
    const who = byColleague ? (message.author?.name ?? "") : this.#agent;
    return h(
      "li",
      { className: "theirs" },
      this.#who(who, byColleague),
      h("div", { className: "bubble prose" }, markdown(message.content), sources(message, this.#say)),
      !byColleague && message.status === "complete" && this.#rating(message.id),
    );
  }

  #outgoing({ outgoing }: Extract<ThreadItem, { kind: "outgoing" }>): HTMLLIElement {
    const { text, refusal, clientMessageId } = outgoing;
    if (!refusal) return this.#own(text);
    const why = this.#whyNotSent(refusal);
    return this.#own(
      text,
      h(
        "p",
        { className: "refused", attrs: { role: "alert" } },
        `${why} `,
        button("quiet", this.#say("again"), () => { this.#actions.resend(clientMessageId); }),
        button("quiet", this.#say("takeBack"), () => { this.#actions.takeBack(clientMessageId); }),
      ),
    );
  }

  #whyNotSent({ code, notice }: Notice): string {
    switch (code) {
      case "text_too_long":
        return this.#say("tooLong");
      case "too_many":
        return this.#say("tooMany");
      case "agent_paused":
        return notice ?? this.#say("away");
      default:
        return this.#say("notSent");
    }
  }

  /** Heard and not seen: the sides show it. A colleague is named for all. */
  #who(name: string, seen = false): HTMLElement {
    return h("span", { className: seen ? "who" : "unseen" }, name);
  }

  #rating(messageId: string): HTMLElement {
    const opinions = h("div", { className: "rating" });
    for (const [good, mouth, word] of [[true, SMILE, "good"], [false, FROWN, "bad"]] as const) {
      const chosen = () => String(this.#ratings.get(messageId) === good);
      const one = button("quiet", drawing(FACE, EYES, mouth), () => {
        this.#ratings.set(messageId, good);
        for (const each of opinions.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === one));
        this.#actions.rate(messageId, good);
      }, { "aria-label": this.#say(word), "aria-pressed": chosen(), title: this.#say(word) });
      opinions.append(one);
    }
    return opinions;
  }
}
