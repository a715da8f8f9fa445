/** What lives where: which folder may use which, and that a feature is one folder. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const SRC = dirname(fileURLToPath(import.meta.url));
const MOST_LINES = 350;
const GENERATED = "wire/schema.ts";
const LANGUAGES = ["en", "es", "pt"];

/** Each may use those before it. What stands beside the folders puts everything together. */
const LAYERS = ["wire", "chat", "session", "i18n", "components", "features"];

interface File {
  readonly path: string;
  readonly text: string;
  /** What it imports: files of ours by their path without an ending, packages by their name. */
  readonly imports: readonly string[];
}

const FILES: readonly File[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => {
    const text = readFileSync(join(SRC, name), "utf8");
    const imports = ts.preProcessFile(text).importedFiles.map(({ fileName }) => ours(name, fileName) ?? fileName);
    return { path: name.split(sep).join("/"), text, imports };
  });

function ours(importer: string, specifier: string): string | undefined {
  if (specifier.startsWith("@/")) return `@/${specifier.slice(2)}`;
  if (!specifier.startsWith(".")) return undefined;
  const path = relative(SRC, join(SRC, dirname(importer), specifier));
  return `@/${path.split(sep).join("/")}`;
}

const layerOf = (path: string) => LAYERS.indexOf(path.replace("@/", "").split("/")[0] ?? "");
const featureOf = (path: string) => /^(?:@\/)?features\/([^/]+)/.exec(path)?.[1];
const isTest = (path: string) => /\.test\.tsx?$|\/testing\.ts$/.test(path);

/** The catalogues put every folder's words together. */
const isCatalogue = (path: string) => /^i18n\/(en|es|pt)\.ts$/.test(path);

/** "a.ts imports b" of each import that is not right. */
function wrong(isWrong: (file: File, imported: string) => boolean): string[] {
  return FILES.flatMap((file) =>
    file.imports.filter((each) => isWrong(file, each)).map((each) => `${file.path} imports ${each}`),
  );
}

test("a folder uses only those below it", () => {
  expect(FILES.filter(({ path }) => layerOf(path) >= 0).length).toBeGreaterThan(100);
  expect(
    wrong(({ path }, imported) => {
      if (!imported.startsWith("@/") || layerOf(path) < 0) return false;
      if (isCatalogue(path) && /\/words\.\w+$/.test(imported)) return false;
      return layerOf(imported) < 0 || layerOf(imported) > layerOf(path);
    }),
  ).toEqual([]);
});

test("the wire and the chat need nothing but the language: no React, no package", () => {
  expect(
    wrong(({ path }, imported) => layerOf(path) <= 1 && layerOf(path) >= 0 && !isTest(path) && !imported.startsWith("@/")),
  ).toEqual([]);
});

test("the door's page is for customers: it shares the wire, the chat and how answers are read, and has no React", () => {
  const shared = /^(@\/(wire|chat|door)\/|@\/components\/markdown\/read-markdown$|\.\/door\.css$|mdast$)/;
  expect(FILES.filter(({ path }) => path.startsWith("door/")).length).toBeGreaterThan(10);
  expect(
    wrong(({ path }, imported) => path.startsWith("door/") && !isTest(path) && imported !== "@/door/door.css" && !shared.test(imported)),
  ).toEqual([]);
});

test("a feature uses another by its index alone, and no two use each other", () => {
  const uses = new Map<string, Set<string>>();
  expect(
    wrong(({ path }, imported) => {
      const [own, other] = [featureOf(path), featureOf(imported)];
      if (!own || !other || own === other) return false;
      uses.set(own, (uses.get(own) ?? new Set()).add(other));
      return imported !== `@/features/${other}`;
    }),
  ).toEqual([]);
  expect(uses.size).toBeGreaterThan(3);
  for (const feature of uses.keys()) expect(allUsedBy(feature, uses)).not.toContain(feature);
});

function allUsedBy(feature: string, uses: Map<string, Set<string>>, found = new Set<string>()): Set<string> {
  for (const other of uses.get(feature) ?? []) {
    if (!found.has(other)) allUsedBy(other, uses, found.add(other));
  }
  return found;
}

test("from outside, a feature is its pages and its index", () => {
  expect(
    wrong(
      ({ path }, imported) =>
        layerOf(path) < 0 && featureOf(imported) !== undefined && !/^@\/features\/[^/]+(\/([\w-]+-)?page)?$/.test(imported),
    ),
  ).toEqual([]);
});

test("what a language says is imported by its catalogue alone, and all of it is", () => {
  for (const language of LANGUAGES) {
    const words = FILES.filter(({ path }) => path.endsWith(`/words.${language}.ts`)).map(({ path }) => `@/${path.slice(0, -3)}`);
    const catalogue = FILES.find(({ path }) => path === `i18n/${language}.ts`);
    expect(catalogue?.imports.filter((each) => each.includes("/words.")).toSorted()).toEqual(words.toSorted());
    expect(
      wrong(
        ({ path }, imported) =>
          words.includes(imported) && !isCatalogue(path) && !(language === "en" && /\/words\.\w+\.ts$/.test(path)),
      ),
    ).toEqual([]);
  }
});

test("a language other than English is fetched by who reads it", () => {
  for (const language of ["es", "pt"]) {
    const atOnce = FILES.filter(({ path, text }) => !isTest(path) && new RegExp(`(from|import) "[^"]*/${language}"`).test(text));
    expect(atOnce.map(({ path }) => path)).toEqual([]);
  }
});

test("each file is short enough to be read at once", () => {
  const long = FILES.filter(({ path, text }) => path !== GENERATED && text.split("\n").length > MOST_LINES);
  expect(long.map(({ path }) => path)).toEqual([]);
});
