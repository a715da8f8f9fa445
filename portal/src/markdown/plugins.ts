/** Our markdown as `react-markdown` takes it, and the wall behind it. */
import type { Root as Hast } from "hast";
import { defaultSchema } from "rehype-sanitize";

import { giveDirections } from "./direction";
import { readMarkdown } from "./read-markdown";

export function ourMarkdown(this: { parser?: unknown }) {
  this.parser = (text: string) => readMarkdown(text);
}

export function ourDirections() {
  return (tree: Hast) => {
    giveDirections(tree);
  };
}

export const ALLOWED = {
  ...defaultSchema,
  protocols: { ...defaultSchema.protocols, href: ["http", "https", "mailto", "tel"] },
};
