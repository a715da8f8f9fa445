/**
 * The markdown that models are taken to mean: CommonMark with GitHub's tables, struck text and bare
 * links. What it would take away or change although it was meant as text stays text: HTML, one
 * `~`, underlined headings, footnotes, and what `emphasis.ts` and `as-plain-text.ts` say.
 */
import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmAutolinkLiteralFromMarkdown } from "mdast-util-gfm-autolink-literal";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import type { Extension } from "micromark-util-types";

import { escape, quote } from "./as-plain-text";
import { emphasis } from "./emphasis";
import { keepEverything } from "./keep-everything";
import { markLinkEnds } from "./link-ends";

const AS_TEXT = [
  "attention",
  "blockQuote",
  "characterEscape",
  "hardBreakEscape",
  "htmlFlow",
  "htmlText",
  "setextUnderline",
];

const syntax: Extension[] = [
  gfmTable(),
  gfmStrikethrough({ singleTilde: false }),
  gfmAutolinkLiteral(),
  {
    disable: { null: AS_TEXT },
    document: { 62: quote },
    text: { 42: emphasis, 92: escape, 95: emphasis },
  },
];

const meaning = [
  gfmTableFromMarkdown(),
  gfmStrikethroughFromMarkdown(),
  // Without its second look, which links over the end that the syntax has found.
  { ...gfmAutolinkLiteralFromMarkdown(), transforms: [] },
];

export function readMarkdown(text: string): Root {
  const source = markLinkEnds(text);
  const root = fromMarkdown(source, { extensions: syntax, mdastExtensions: meaning });
  keepEverything(root, source);
  return root;
}
