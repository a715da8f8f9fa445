/**
 * An answer's markdown as elements. What a model writes is not trusted: no HTML of its own, no
 * image is fetched, and links lead to safe schemes alone and tell the other side nothing.
 */
import type { Nodes, PhrasingContent, RootContent, TableRow } from "mdast";

import { readMarkdown } from "@/components/markdown/read-markdown";

import { h } from "./dom";

const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

export function markdown(text: string): DocumentFragment {
  const drawn = document.createDocumentFragment();
  drawn.append(...all(readMarkdown(text)));
  return drawn;
}

function all({ children }: { readonly children: readonly (RootContent | PhrasingContent)[] }): Node[] {
  return children.flatMap((child) => draw(child) ?? []);
}

function draw(node: Nodes): Node | null {
  switch (node.type) {
    case "text":
      return document.createTextNode(node.value);
    case "paragraph":
      return h("p", { dir: "auto" }, ...all(node));
    case "heading":
      return h("p", { dir: "auto", className: "heading" }, ...all(node));
    case "strong":
      return h("strong", {}, ...all(node));
    case "emphasis":
      return h("em", {}, ...all(node));
    case "delete":
      return h("del", {}, ...all(node));
    case "inlineCode":
      return h("code", { dir: "ltr" }, node.value);
    case "code":
      return h("pre", { dir: "ltr", tabIndex: 0 }, h("code", {}, node.value));
    case "break":
      return h("br");
    case "thematicBreak":
      return h("hr");
    case "blockquote":
      return h("blockquote", {}, ...all(node));
    case "list":
      return node.ordered ? h("ol", { start: node.start ?? 1 }, ...all(node)) : h("ul", {}, ...all(node));
    case "listItem":
      return h("li", { dir: "auto" }, ...all(node));
    case "link":
      return link(node.url, all(node));
    case "image":
      return link(node.url, [document.createTextNode(node.alt ?? node.url)]);
    case "table":
      return h("div", { className: "wide", tabIndex: 0 }, h("table", {}, ...node.children.map(row)));
    case "root":
      return h("div", {}, ...all(node));
    default:
      return "value" in node && typeof node.value === "string" ? document.createTextNode(node.value) : null;
  }
}

function row(cells: TableRow, number: number): HTMLTableRowElement {
  return h("tr", {}, ...cells.children.map((cell) => h(number === 0 ? "th" : "td", { dir: "auto" }, ...all(cell))));
}

function link(url: string, inside: readonly Node[]): Node {
  if (!SAFE_LINK.test(url)) return h("span", {}, ...inside);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, ...inside);
}
