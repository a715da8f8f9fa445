/**
 * A name put into a sentence of ours keeps its own direction, and does not turn what stands beside
 * it round. Where nothing can turn, for letters of one direction alone, it is left as it is.
 */
const RIGHT_TO_LEFT = "\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}";
const SOME = new RegExp(`[${RIGHT_TO_LEFT}]`, "u");
const ALL = new RegExp(`^[${RIGHT_TO_LEFT} ]*$`, "u");

const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";

export function isolated(text: string): string {
  if (!SOME.test(text) || ALL.test(text)) return text;
  return FIRST_STRONG_ISOLATE + text + POP_ISOLATE;
}
