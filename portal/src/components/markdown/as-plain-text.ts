/** Constructs of markdown that models write as plain text, told apart by what follows them. */
import { blockQuote, characterEscape } from "micromark-core-commonmark";
import { asciiDigit, markdownLineEndingOrSpace, markdownSpace } from "micromark-util-character";
import type { Code, Construct, State, TokenizeContext } from "micromark-util-types";

const GREATER = 62;
const EQUALS = 61;
const DOT = 46;
const OPENING = 91;
const CLOSING = 93;
/** Those with a meaning in our markdown; of `\(x\)`, `\\server` and `\{` nothing is taken away. */
const ESCAPABLE = new Set(Array.from("*_`#+-!|~<>[]&$", (character) => character.charCodeAt(0)));

/** `\*` is a star, `1\.` no list; `C:\.git`, `\(x\)` and `\[ x \]` are themselves. */
export const escape: Construct = {
  ...characterEscape,
  name: "escape",
  tokenize(effects, ok, nok) {
    const { previous } = this;
    return ifNext(characterEscape, this, effects, ok, nok, (code, following) => {
      if (code === DOT) return asciiDigit(previous);
      if (code === OPENING) return !markdownLineEndingOrSpace(following);
      if (code === CLOSING) return !markdownLineEndingOrSpace(previous);
      return code !== null && ESCAPABLE.has(code);
    });
  },
};

const quoteMark: Construct = { ...blockQuote, name: "quoteMark" };

/** `> so she said` is a quotation; `>100` and `>=5` are not. */
export const quote: Construct = {
  ...blockQuote,
  name: "quote",
  tokenize(effects, ok, nok) {
    return ifNext(quoteMark, this, effects, ok, nok, (code) => code !== EQUALS && !asciiDigit(code));
  },
  continuation: {
    tokenize(effects, ok, nok) {
      const mark = effects.attempt(quoteMark, ok, nok);
      return indented;

      function indented(code: Code): State | undefined {
        if (!markdownSpace(code)) return code === GREATER ? mark(code) : nok(code);
        effects.enter("linePrefix");
        return spaces(code);
      }

      function spaces(code: Code): State | undefined {
        if (markdownSpace(code)) {
          effects.consume(code);
          return spaces;
        }
        effects.exit("linePrefix");
        return mark(code);
      }
    },
  },
};

type Tokenize = Construct["tokenize"];
type Effects = Parameters<Tokenize>[0];

/** The construct, if the one or two characters after its first one are such. */
function ifNext(
  construct: Construct,
  context: TokenizeContext,
  effects: Effects,
  ok: State,
  nok: State,
  areSuch: (code: Code, following: Code) => boolean,
): State {
  const ahead: Construct = {
    partial: true,
    tokenize(inner, yes, no) {
      let first: Code = null;
      return (mark) => {
        inner.enter("data");
        inner.consume(mark);
        return (code) => {
          if (code === null || code < 0) return end(code, areSuch(code, null));
          first = code;
          inner.consume(code);
          return (following) => end(following, areSuch(first, following));
        };
      };

      function end(code: Code, such: boolean): State | undefined {
        inner.exit("data");
        return such ? yes(code) : no(code);
      }
    },
  };
  return effects.check(ahead, construct.tokenize.call(context, effects, ok, nok), nok);
}
