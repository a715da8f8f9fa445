/** What a markdown text says, without its marks: for those who listen, and for one line of a list. */
import type { Nodes } from "mdast";

import { countCodePoints } from "@/chat/code-points";

import { readMarkdown } from "./read-markdown";

/** Blocks, lines and cells stand on lines of their own. */
export default function plainText(markdown: string): string {
  return said(readMarkdown(markdown)).replaceAll(/\n{2,}/g, "\n").trim();
}

/** As many code points as the gateway gives of a message in a list. */
const PREVIEW = 120;
const MARKS = ["`", "~~", "**"];
const CUT_LINK = /!?\[([^\]\n]*)(\]\([^)\s]*)?$/;

/** Of a preview, which may have been cut between a mark and the one that closes it. */
export function plainLine(preview: string): string {
  const whole = countCodePoints(preview) < PREVIEW ? preview : closed(preview.replace(CUT_LINK, "$1"));
  return plainText(whole).replaceAll("\n", " ");
}

function closed(text: string): string {
  const open = MARKS.filter((mark) => text.split(mark).length % 2 === 0);
  return text.trimEnd() + open.join("");
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
