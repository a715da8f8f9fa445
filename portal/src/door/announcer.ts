/** Reads new answers and notices out, whole and once; not what was there before, nor each letter. */
import type { Message } from "@/wire/frames";

import { h } from "./dom";

export class Announcer {
  readonly element = h("div", { className: "unseen", attrs: { "aria-live": "polite" } });
  #heard: number | null = null;

  forget(): void {
    this.#heard = null;
    this.element.textContent = "";
  }

  take(messages: readonly Message[]): void {
    const last = messages.at(-1)?.seq ?? 0;
    const heard = this.#heard;
    this.#heard = last;
    if (heard === null) return;
    const news = messages.filter(({ seq, role, content }) => seq > heard && role === "assistant" && content !== "");
    if (news.length > 0) this.element.textContent = news.map(({ content }) => content).join("\n");
  }
}
