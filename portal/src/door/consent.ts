/** What is agreed to before the first word, where the business asks for it. */
import { h } from "./dom";
import type { Told } from "./told";
import type { Say } from "./words";

export class Consent {
  readonly element: HTMLElement;
  readonly #box = h("input", { type: "checkbox" });
  readonly #version: string;

  constructor({ consent }: Told, say: Say) {
    this.#version = consent.version;
    this.element = h("div", { className: "consent" });
    if (!consent.version) return;
    this.element.append(
      h("div", { className: "legal", dir: "auto", tabIndex: 0 }, consent.text),
      h("label", {}, this.#box, ` ${say("agree")}`),
    );
  }

  get isGiven(): boolean {
    return !this.#version || this.#box.checked;
  }

  /** To which version they have agreed, if they have. */
  get version(): string | undefined {
    return this.#version && this.#box.checked ? this.#version : undefined;
  }

  ask(): void {
    this.element.hidden = false;
    this.#box.focus();
  }

  done(): void {
    this.element.hidden = true;
  }
}
