import { expect, test } from "vitest";

import { en, type MessageKey } from "./en";
import { es } from "./es";
import { pt } from "./pt";

const MENDED_BY: [MessageKey, string][] = [
  ["error.model_key_refused", "KONSTRUCT_LLM_API_KEY"],
  ["error.model_unknown", "KONSTRUCT_LLM_MODEL"],
  ["error.model_not_there", "KONSTRUCT_LLM_BASE_URL"],
  ["error.model_moved", "KONSTRUCT_LLM_BASE_URL"],
  ["error.model_only_thought", "KONSTRUCT_LLM_MAX_ANSWER_TOKENS"],
];

test.each(MENDED_BY)("%s names the setting that mends it, in every language", (key, setting) => {
  for (const catalogue of [en, es, pt]) {
    expect(catalogue[key]).toContain(setting);
    expect(catalogue[key]).not.toMatch(/an administrator|un administrador|um administrador/i);
  }
});
