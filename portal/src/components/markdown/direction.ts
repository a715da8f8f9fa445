/**
 * Each block goes the way its own text does, right to left or left to right. A block of blocks (a
 * list, a table, a quotation) goes the way its first letter does: its bullets, columns and edges
 * stand on that side. Code always goes left to right, and does not decide for the text around it.
 */
import type { Element, ElementContent, Root, RootContent } from "hast";

const BLOCKS = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table", "td", "th"]);
const CODE = new Set(["code", "pre"]);
const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

export function giveDirections(node: Root | Element): void {
  for (const child of node.children) {
    if (child.type !== "element") continue;
    if (CODE.has(child.tagName)) child.properties.dir = "ltr";
    else if (BLOCKS.has(child.tagName)) child.properties.dir = holdsBlock(child) ? directionOf(textOf(child)) : "auto";
    giveDirections(child);
  }
}

function holdsBlock(element: Element): boolean {
  return element.children.some(
    (child) => child.type === "element" && (BLOCKS.has(child.tagName) || holdsBlock(child)),
  );
}

function directionOf(text: string): "ltr" | "rtl" {
  const [letter] = LETTER.exec(text) ?? [""];
  return RIGHT_TO_LEFT.test(letter) ? "rtl" : "ltr";
}

function textOf(node: RootContent | ElementContent): string {
  if (node.type === "text") return node.value;
  if (node.type !== "element" || CODE.has(node.tagName)) return "";
  return node.children.map(textOf).join("");
}
