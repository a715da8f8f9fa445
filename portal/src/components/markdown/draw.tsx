/**
 * Markdown as elements of a page. What a model writes makes no HTML of its own (`readMarkdown` takes
 * tags for text); behind that stands a list of what may be drawn, and where links may lead.
 */
import { defaultSchema, sanitize } from "hast-util-sanitize";
import { type Components, toJsxRuntime } from "hast-util-to-jsx-runtime";
import { toHast } from "mdast-util-to-hast";
import type { ReactNode } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";

import { giveDirections } from "./direction";
import { readMarkdown } from "./read-markdown";

const ALLOWED = {
  ...defaultSchema,
  protocols: { ...defaultSchema.protocols, href: ["http", "https", "mailto", "tel"] },
};

export function draw(text: string, components: Partial<Components>): ReactNode {
  const tree = sanitize(toHast(readMarkdown(text)), ALLOWED);
  if (tree.type === "root") giveDirections(tree);
  return toJsxRuntime(tree, { Fragment, jsx, jsxs, components, passKeys: true }) as ReactNode;
}
