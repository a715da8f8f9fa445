/** What a markdown text says, without its marks: for those who listen, and for one line of a list. */
import type { Nodes } from "mdast";

import { readMarkdown } from "./read-markdown";

/** Blocks, lines and cells stand on lines of their own. */
export default function plainText(markdown: string): string {
  return said(readMarkdown(markdown)).replaceAll(/\n{2,}/g, "\n").trim();
}

function said(node: Nodes): string {
  switch (node.type) {
    case "break":
      return "\n";
    case "image":
      return node.alt === "" ? node.url : (node.alt ?? node.url);
    case "text":
    case "inlineCode":
      return node.value;
    case "code":
      return `${node.value}\n`;
    default:
      return "children" in node ? node.children.map(said).join("") + endOf(node.type) : "";
  }
}

const INLINE = new Set<Nodes["type"]>(["delete", "emphasis", "link", "strong"]);

function endOf(type: Nodes["type"]): string {
  return INLINE.has(type) ? "" : "\n";
}
