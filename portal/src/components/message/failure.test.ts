/** Why an answer failed, in each language. */
import { expect, test } from "vitest";

import { answered } from "@/chat/testing";
import { addMessages, EMPTY, takeFrame } from "@/chat/transcript";
import { en } from "@/i18n/en";
import { es } from "@/i18n/es";
import type { Language } from "@/i18n/language";
import { pt } from "@/i18n/pt";
import type { Message } from "@/wire/frames";

import { failureSentence } from "./failure";

const CATALOGUES = { en, es, pt };
const LANGUAGES = Object.keys(CATALOGUES) as Language[];
const failed: Message = {
  id: "m2", seq: 2, role: "assistant", content: "", status: "failed", reply_to: "m1", created_at: "2026-01-05T10:00:00Z",
};

/** As the page tells it after the `error` frame and the outcome. */
function told(language: Language, code: string, retry_after_s?: number): string {
  const error = { type: "error", code, message: "", reply_to: "m1", retryable: true } as const;
  const heard = takeFrame(EMPTY, retry_after_s ? { ...error, retry_after_s } : error);
  const transcript = addMessages(takeFrame(heard, answered(2, "m1", "failed")), []);
  const t = (key: keyof typeof en, values: Record<string, string | number> = {}) =>
    CATALOGUES[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  return failureSentence({ t, language }, { ...failed, error_code: code }, transcript.failures.get("m1"));
}

test.each<[Language, number, string]>([
  ["en", 7, "in 7 seconds."],
  ["en", 1, "in 1 second."],
  ["en", 600, "in 10 minutes."],
  ["es", 7, "en 7 segundos."],
  ["pt", 7, "daqui a 7 segundos."],
])("when the model may be asked again is told: %s, %i", (language, seconds, end) => {
  for (const code of ["model_busy", "model_unreachable", "model_broken"]) {
    expect(told(language, code, seconds)).toMatch(new RegExp(`${end.replace(".", "\\.")}$`));
  }
});

test.each(LANGUAGES)("not known when, it is told without a number: %s", (language) => {
  expect(told(language, "model_busy")).toBe(CATALOGUES[language]["error.model_busy"]);
});

const WHO = { en: /who(ever)? runs Konstruct/i, es: /quien administra Konstruct/i, pt: /quem administra o Konstruct/i };

/** Of each fault that only the installation's own people can mend: the useful half. */
test.each<[string, string[]]>([
  ["model_key_refused", ["KONSTRUCT_LLM_API_KEY", "konstruct doctor"]],
  ["model_not_there", ["KONSTRUCT_LLM_BASE_URL", "/v1", "konstruct doctor"]],
  ["model_moved", ["KONSTRUCT_LLM_BASE_URL", "konstruct doctor"]],
  ["model_unknown", ["KONSTRUCT_LLM_MODEL"]],
  ["model_not_paid", []],
  ["model_only_thought", ["KONSTRUCT_LLM_MAX_ANSWER_TOKENS"]],
])("%s is told with who can mend it, and how", (code, how) => {
  for (const language of LANGUAGES) {
    const sentence = told(language, code);
    expect(sentence).toMatch(WHO[language]);
    for (const word of how) expect(sentence).toContain(word);
    expect(sentence).not.toMatch(/administrator|administrador/i);
  }
});
