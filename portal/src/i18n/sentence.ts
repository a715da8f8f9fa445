/**
 * A sentence of the catalogue with its gaps filled: `{name}`, and what depends on a number,
 * `{count, plural, one {# part} other {# parts}}`, as ICU writes it. `#` is the number.
 */
import { isolated } from "./isolated";
import type { Language } from "./language";
import { wholeNumber } from "./number";

export type Values = Readonly<Record<string, string | number>>;

const GAP = /\{(\w+)(?:, plural, ((?:\w+ \{(?:[^{}]|\{\w+\})*\} ?)+))?\}/g;
const CASE = /(\w+) \{((?:[^{}]|\{\w+\})*)\}/g;

export function filled(language: Language, sentence: string, values: Values): string {
  return sentence.replace(GAP, (_, name: string, cases: string | undefined) => {
    const value = values[name] ?? "";
    if (cases === undefined) return isolated(String(value));
    const count = Number(value);
    const chosen = ofCount(language, cases, count).replaceAll("#", wholeNumber(language, count));
    return filled(language, chosen, values);
  });
}

/** Which gaps it has. */
export function gapsOf(sentence: string): string[] {
  const named = Array.from(sentence.matchAll(/\{(\w+)(?=[,}])/g), ([, name = ""]) => name);
  return [...new Set(named)].toSorted();
}

function ofCount(language: Language, cases: string, count: number): string {
  const known = new Map(Array.from(cases.matchAll(CASE), ([, name = "", text = ""]) => [name, text]));
  return known.get(new Intl.PluralRules(language).select(count)) ?? known.get("other") ?? "";
}
