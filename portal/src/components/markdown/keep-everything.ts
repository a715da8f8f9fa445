/**
 * Nothing that was written vanishes or changes: what markdown would leave out, renumber or take for
 * a mark though it stands for itself is put back, as it was written.
 */
import type { Definition, Link, List, Nodes, Parents, PhrasingContent, Root, RootContent, Table } from "mdast";

import { withoutMarks } from "./link-ends";

const SAFE_URL = /^(https?:|mailto:|tel:)/i;
/** `__init__`, `_private_name_`: names, not emphasis. */
const IDENTIFIER = /^(__\w+__|_\w*_\w*_)$/;
/** `H<sub>2</sub>O`, and in a cell `<br>`: the only tags that are not text. */
const RAISED = /(?<=[\p{L}\p{N})])<(sub|sup)>([^<>\n]{1,20})<\/\1>/u;
const BREAK_IN_CELL = /<br\s*\/?>/i;
const TASK = /^\[([ xX])\](?=\s)/;

export function keepEverything(tree: Root, source: string): void {
  const definitions = new Map<string, Definition>();
  collect(tree, definitions);
  new Keeper(source, definitions).keep(tree, false);
}

/** The first of each name counts. */
function collect(node: Nodes, definitions: Map<string, Definition>): void {
  if (node.type === "definition" && !definitions.has(node.identifier)) definitions.set(node.identifier, node);
  if ("children" in node) for (const child of node.children) collect(child, definitions);
}

class Keeper {
  readonly #source: string;
  readonly #definitions: ReadonlyMap<string, Definition>;

  constructor(source: string, definitions: ReadonlyMap<string, Definition>) {
    this.#source = source;
    this.#definitions = definitions;
  }

  keep(parent: Parents, inCell: boolean): void {
    if (parent.type === "table") keepColumns(parent);
    if (parent.type === "list") this.#keepNumbers(parent);
    const children = (parent.children as RootContent[]).flatMap((child) => {
      if ("children" in child) this.keep(child, inCell || child.type === "tableCell");
      if ("value" in child) child.value = withoutMarks(child.value);
      return this.#asMeant(child).flatMap((node): RootContent[] =>
        node.type === "text" ? textParts(node.value, inCell) : [node],
      );
    });
    if (parent.type === "listItem") showTask(children[0]);
    parent.children = children;
  }

  #asMeant(node: RootContent): RootContent[] {
    switch (node.type) {
      case "strong":
      case "emphasis":
        return [IDENTIFIER.test(this.#written(node)) ? this.#asWritten(node) : node];
      case "definition":
        return [{ type: "paragraph", children: this.#definition(node) }];
      case "linkReference": {
        const url = this.#definitions.get(node.identifier)?.url ?? "";
        const named = node.referenceType === "full";
        const children: PhrasingContent[] = named ? node.children : [text("["), ...node.children, text("]")];
        return this.#link(node, { type: "link", url, children });
      }
      case "imageReference": {
        const url = this.#definitions.get(node.identifier)?.url ?? "";
        return [SAFE_URL.test(url) ? { type: "image", url, alt: node.alt ?? "" } : this.#asWritten(node)];
      }
      case "link":
        return this.#link(node, node);
      case "image":
        return [SAFE_URL.test(node.url) ? node : this.#asWritten(node)];
      case "code":
        return [node.meta ? { ...node, data: { hProperties: { title: node.meta } } } : node];
      default:
        return [node];
    }
  }

  #link(written: RootContent, link: Link): RootContent[] {
    const inBrackets = this.#written(written).startsWith("<");
    if (link.url.startsWith("#")) return link.children;
    if (!SAFE_URL.test(link.url)) return [this.#asWritten(written)];
    if (link.children.length === 0) return [{ ...link, children: [text(link.url)] }];
    // "Ada <ada@acme.com>"
    return inBrackets && link.url.startsWith("mailto:") ? [text("<"), link, text(">")] : [link];
  }

  #definition(node: Definition): PhrasingContent[] {
    const written = this.#written(node);
    const [before, ...after] = written.split(node.url);
    if (!SAFE_URL.test(node.url) || after.length === 0) return [text(written)];
    const link: Link = { type: "link", url: node.url, children: [text(node.url)] };
    return [text(before ?? ""), link, text(after.join(node.url))];
  }

  /** "3." stays 3, whatever came before; where all are the same, markdown is meant to count. */
  #keepNumbers(list: List): void {
    if (!list.ordered) return;
    const numbers = list.children.map((item) => Number.parseInt(this.#written(item), 10));
    if (numbers.every((number) => number === numbers[0])) return;
    list.children.forEach((item, index) => {
      item.data = { hProperties: { value: String(numbers[index]) } };
    });
  }

  #asWritten(node: Nodes): PhrasingContent {
    return text(this.#written(node));
  }

  #written({ position }: Nodes): string {
    return withoutMarks(this.#source.slice(position?.start.offset, position?.end.offset));
  }
}

function keepColumns(table: Table): void {
  const columns = Math.max(...table.children.map((row) => row.children.length));
  const align = table.align ?? [];
  table.align = Array.from({ length: columns }, (_, column) => align[column] ?? null);
}

function showTask(first: RootContent | undefined): void {
  const begun = first?.type === "paragraph" ? first.children[0] : undefined;
  if (begun?.type !== "text") return;
  begun.value = begun.value.replace(TASK, (_, done: string) => (done === " " ? "☐" : "☑"));
}

/** Lines end where the text's do, which CommonMark would not have. */
function textParts(value: string, inCell: boolean): PhrasingContent[] {
  const lines = value.split(inCell ? BREAK_IN_CELL : "\n");
  return lines.flatMap((line, index): PhrasingContent[] =>
    index === 0 ? raised(line) : [{ type: "break" }, ...raised(line)],
  );
}

function raised(line: string): PhrasingContent[] {
  const found = RAISED.exec(line);
  if (!found) return line ? [text(line)] : [];
  const [whole, name = "sub", value = ""] = found;
  return [
    text(line.slice(0, found.index)),
    { type: "emphasis", data: { hName: name }, children: [text(value)] },
    ...raised(line.slice(found.index + whole.length)),
  ];
}

function text(value: string): PhrasingContent {
  return { type: "text", value };
}
