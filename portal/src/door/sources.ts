/** Where an answer has it from: title and quote of each source, to be opened. */
import type { Message } from "@/wire/frames";

import { h } from "./dom";
import type { Say } from "./words";

const WEB = /^https?:/i;

export function sources(message: Message, say: Say): HTMLElement | null {
  const { citations = [] } = message;
  if (citations.length === 0) return null;
  return h(
    "details",
    { className: "sources" },
    h("summary", {}, `${say("sources")} (${citations.length})`),
    h("ol", {}, ...citations.map(({ n, title, quote, uri }) =>
      h(
        "li",
        { value: n },
        uri && WEB.test(uri)
          ? h("a", { href: uri, target: "_blank", rel: "noopener noreferrer nofollow", dir: "auto" }, title)
          : h("strong", { dir: "auto" }, title),
        h("blockquote", { dir: "auto" }, quote),
      ))),
  );
}
