/** Whose sentences are whose, and that no language lacks a part of one. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { en, type MessageKey } from "./en";
import { es } from "./es";
import { pt } from "./pt";
import { gapsOf } from "./sentence";

const SRC = dirname(dirname(fileURLToPath(import.meta.url)));
const FEATURES = readdirSync(join(SRC, "features"));
const KEY = /^ {2}"([^"]+)":/gm;

function keysIn(path: string): string[] {
  return Array.from(readFileSync(join(SRC, path), "utf8").matchAll(KEY), ([, key = ""]) => key);
}

function sourcesOf(folder: string): string {
  return readdirSync(join(SRC, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /(?<!\.test)\.tsx?$/.test(name) && !/(^|\/)(words\.)?(en|es|pt)\.ts$/.test(name))
    .map((name) => readFileSync(join(SRC, folder, name), "utf8"))
    .join("\n");
}

/** What it says, whole keys only. */
function saidIn(folder: string): string[] {
  return Array.from(sourcesOf(folder).matchAll(/"([a-z]+\.[\w.-]+)"/g), ([, key = ""]) => key).filter((key) =>
    Object.hasOwn(en, key),
  );
}

const gaps = (sentence: string) => gapsOf(sentence).join();

test("a sentence has the same gaps to fill in each language", () => {
  const differ = (Object.keys(en) as MessageKey[]).filter((key) =>
    [es, pt].some((catalogue) => gaps(catalogue[key]) !== gaps(en[key])),
  );
  expect(differ).toEqual([]);
});

test.each(FEATURES)("what %s says begins with its name, but for the gateway's codes", (feature) => {
  const keys = keysIn(`features/${feature}/words.en.ts`);
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.filter((key) => !key.startsWith(`${feature}.`) && !key.startsWith("error."))).toEqual([]);
});

test("no sentence has two owners", () => {
  const all = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("words.en.ts"));
  expect(all.flatMap(keysIn).toSorted()).toEqual(Object.keys(en).toSorted());
});

test.each(["components", ...FEATURES.map((feature) => `features/${feature}`)])(
  "%s says its own words or everybody's; of another feature, its title",
  (folder) => {
    const others = FEATURES.filter((feature) => folder !== `features/${feature}`);
    const foreign = saidIn(folder).filter((key) => others.some((other) => key.startsWith(`${other}.`)));
    expect(foreign.filter((key) => !/^\w+\.title$/.test(key))).toEqual([]);
  },
);

test("every sentence is said somewhere", () => {
  const sources = sourcesOf(".");
  const whole = new Set(saidIn("."));
  // `role.${role}` says each key that begins and ends so.
  const made = Array.from(sources.matchAll(/`([a-z]+\.[\w.-]*)\$\{[^}]*\}([\w.-]*)`/g), ([, start = "", end = ""]) => ({ start, end }));
  const unsaid = Object.keys(en).filter(
    (key) => !whole.has(key) && !made.some(({ start, end }) => key.startsWith(start) && key.endsWith(end)),
  );
  expect(unsaid).toEqual([]);
});
