/**
 * When `*` and `_` mean emphasis. CommonMark's rule, with two changes:
 *
 * - Chinese, Japanese and Korean put no spaces between words, so their letters and punctuation
 *   stand beside a mark as a space would: `これは**「重要」**です`.
 * - A mark inside a figure, a formula or a file pattern is itself: `2*3*4`, `(a)*(b)*(c)`, `*.ts`.
 */
import { attention } from "micromark-core-commonmark";
import type { Code, Construct, State, TokenizeContext, Tokenizer } from "micromark-util-types";

const ASTERISK = 42;
const SLASH = 47;
const CLOSING = 41;
const UNDERSCORE = 95;

const SPACE = /[\s\p{Z}]/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;
const WORD = /[\p{L}\p{N}\p{M}]/u;
const DIGIT = /\p{Nd}/u;
const WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uffef]/u;

export const emphasis: Construct = {
  name: "emphasis",
  tokenize: tokenizeEmphasis,
  ...(attention.resolveAll ? { resolveAll: attention.resolveAll } : {}),
};

function tokenizeEmphasis(this: TokenizeContext, ...[effects, ok]: Parameters<Tokenizer>): State {
  const { previous } = this;
  const otherMarkers = (this.parser.constructs.attentionMarkers.null ?? []).filter(
    (code) => code !== ASTERISK && code !== UNDERSCORE,
  );
  let marker: Code = null;
  return start;

  function start(code: Code): State | undefined {
    marker = code;
    effects.enter("attentionSequence");
    return inside(code);
  }

  function inside(code: Code): State | undefined {
    if (code === marker) {
      effects.consume(code);
      return inside;
    }
    const token = effects.exit("attentionSequence");
    const { opens, closes } = flanking(previous, code, marker === UNDERSCORE);
    token._open = opens || otherMarkers.includes(code);
    token._close = closes || otherMarkers.includes(previous);
    return ok(code);
  }
}

function flanking(previous: Code, next: Code, underscore: boolean): { opens: boolean; closes: boolean } {
  const [before, after] = [kindOf(previous), kindOf(next)];
  const withinWord = before === "word" && after === "word";
  const inPattern =
    before === "punctuation" && after === "punctuation" && (previous === SLASH || next === SLASH);
  if (inPattern || (withinWord && (isDigit(previous) || isDigit(next)))) {
    return { opens: false, closes: false };
  }
  const leftFlanking = after !== "space" && (after !== "punctuation" || before !== "word");
  const rightFlanking = before !== "space" && (before !== "punctuation" || after !== "word");
  if (!underscore) return { opens: leftFlanking && !withinWord && previous !== CLOSING, closes: rightFlanking };
  return {
    opens: leftFlanking && (!rightFlanking || before === "punctuation"),
    closes: rightFlanking && (!leftFlanking || after === "punctuation"),
  };
}

type Kind = "space" | "punctuation" | "word" | "without-spaces" | "other";

/** Of one UTF-16 unit: half of an emoji is "other". */
function kindOf(code: Code): Kind {
  if (code === null || code < 0) return "space";
  const character = String.fromCharCode(code);
  if (WITHOUT_SPACES.test(character)) return "without-spaces";
  if (SPACE.test(character)) return "space";
  if (PUNCTUATION.test(character)) return "punctuation";
  return WORD.test(character) ? "word" : "other";
}

function isDigit(code: Code): boolean {
  return code !== null && code >= 0 && DIGIT.test(String.fromCharCode(code));
}
