/**
 * Code in colours, by what the fence says it is. A chunk of its own: it is fetched when the first
 * answer with such code is seen.
 */
import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { common, createLowlight } from "lowlight";
import { memo } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";

const lowlight = createLowlight(common);

/** Colours are worth less than a page that answers; code this long stays plain. */
const LONGEST = 20_000;

interface HighlightedCodeProps {
  code: string;
  language: string;
}

const HighlightedCode = memo(function HighlightedCode({ code, language }: HighlightedCodeProps) {
  if (!lowlight.registered(language) || code.length > LONGEST) return <code>{code}</code>;
  const tree = lowlight.highlight(language, code);
  return <code>{toJsxRuntime(tree, { Fragment, jsx, jsxs })}</code>;
});

export default HighlightedCode;
