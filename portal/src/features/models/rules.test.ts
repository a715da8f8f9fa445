import { expect, test } from "vitest";

import type { ModelChoice, ModelProvider } from "@/wire/frames";

import { chosenFirst, chosenNext, INSTALLATION, NOBODY, seen, standIn } from "./rules";

const provider = (id: string, ...forms: string[]): ModelProvider => ({ id, name: id, forms, base_url: "", keys_at: "" });
const PROVIDERS = [provider("openai", String.raw`sk-(proj|svcacct)-[\w-]{20,}`), provider("deepseek", "sk-[0-9a-f]{32}"), provider("qwen", "sk-[0-9a-f]{32}")];

test.each([
  ["", "nothing"],
  ["  ", "nothing"],
  ["https://llm.example.com/v1", "address"],
  ["localhost:11434", "address"],
  ["192.168.1.7:8000", "address"],
  ["hello", "unknown"],
])("%j is seen as %s", (text, what) => {
  expect(seen(text, PROVIDERS).what).toBe(what);
});

test("a key says whose it is, also when more was copied along", () => {
  for (const text of [`sk-proj-${"a".repeat(30)}`, ` "sk-proj-${"a".repeat(30)}" `, `export OPENAI_API_KEY=sk-proj-${"a".repeat(30)}`]) {
    const found = seen(text, PROVIDERS);
    expect(found.what === "key" && found.of.map(({ id }) => id)).toEqual(["openai"]);
  }
});

test("a form that several have names them all", () => {
  const found = seen(`sk-${"0".repeat(32)}`, PROVIDERS);
  expect(found.what === "key" && found.of.map(({ id }) => id)).toEqual(["deepseek", "qwen"]);
});

test("who stands in is one choice; who answers keeps it unless it was them", () => {
  const choice: ModelChoice = { revision: 3, default_key_id: "a", fallback_key_id: "b", falls_back_to_installation: false, installation_granted: true };
  expect(standIn(choice)).toBe("b");
  expect(standIn({ ...choice, fallback_key_id: null })).toBe(NOBODY);
  expect(chosenFirst(choice, "c")).toMatchObject({ default_key_id: "c", fallback_key_id: "b", revision: 3 });
  expect(chosenFirst(choice, "b")).toMatchObject({ default_key_id: "b", fallback_key_id: null });
  expect(chosenFirst(choice, INSTALLATION)).toMatchObject({ default_key_id: null, fallback_key_id: null });
  expect(chosenNext(choice, INSTALLATION)).toMatchObject({ default_key_id: "a", fallback_key_id: null, falls_back_to_installation: true });
});
