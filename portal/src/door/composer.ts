/** Where a message is written. Enter sends, with Shift it is a new line; Escape stops an answer. */
import { button, h } from "./dom";
import type { Say } from "./words";

const MOST_CHARS = 8_000;

export class Composer {
  readonly element: HTMLFormElement;
  readonly #text: HTMLTextAreaElement;
  readonly #stop: HTMLButtonElement;
  readonly #send: (text: string) => Promise<boolean>;
  #sending = false;

  constructor(say: Say, send: (text: string) => Promise<boolean>, stop: () => void) {
    this.#send = send;
    this.#text = h("textarea", {
      rows: 1,
      maxLength: MOST_CHARS,
      placeholder: say("write"),
      dir: "auto",
      attrs: { "aria-label": say("write"), enterkeyhint: "send" },
    });
    this.#stop = button("quiet", say("stop"), stop);
    this.#stop.hidden = true;
    this.element = h("form", { className: "composer" }, this.#text, this.#stop, h("button", { type: "submit" }, say("send")));
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        void this.#submit();
      } else if (event.key === "Escape" && !this.#stop.hidden) {
        event.stopPropagation();
        stop();
      }
    });
    this.#text.addEventListener("input", () => { this.#fit(); });
  }

  focus(): void {
    this.#text.focus();
  }

  answering(now: boolean): void {
    if (this.#stop.hidden === !now) return;
    if (!now && document.activeElement === this.#stop) this.focus();
    this.#stop.hidden = !now;
  }

  async #submit(): Promise<void> {
    const text = this.#text.value;
    if (text.trim() === "" || this.#sending) return;
    this.#sending = true;
    const sent = await this.#send(text);
    this.#sending = false;
    if (!sent) return;
    if (this.#text.value === text) this.#text.value = "";
    this.#fit();
    this.focus();
  }

  /** As high as what is written, up to what the style sheet allows. */
  #fit(): void {
    this.#text.rows = Math.min(6, this.#text.value.split("\n").length);
  }
}
