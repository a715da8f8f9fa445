/** The shell's keys: ⌘K, `?`, and `g` with a place's letter. Nobody who writes is disturbed. */

export type Asked = { readonly kind: "commands" } | { readonly kind: "keys" } | { readonly kind: "go"; readonly to: string };

/** How long the second key may take. */
const TOGETHER_MS = 1_500;
const WRITES = "input, textarea, select, [contenteditable], [role='textbox']";

type Pressed = Pick<KeyboardEvent, "key" | "metaKey" | "ctrlKey" | "altKey" | "isComposing" | "timeStamp"> & {
  readonly target: EventTarget | null;
};

/** Hears one key after the other; `places` is where a letter after `g` leads. */
export class Keys {
  readonly #places: ReadonlyMap<string, string>;
  #going = -Infinity;

  constructor(places: ReadonlyMap<string, string>) {
    this.#places = places;
  }

  hear(event: Pressed): Asked | null {
    const { key, metaKey, ctrlKey, altKey, isComposing, timeStamp } = event;
    if (isComposing || altKey) return null;
    if ((metaKey || ctrlKey) && key.toLowerCase() === "k") return { kind: "commands" };
    if (metaKey || ctrlKey || writes(event.target)) return null;
    const going = timeStamp - this.#going <= TOGETHER_MS;
    this.#going = key === "g" ? timeStamp : -Infinity;
    const to = going ? this.#places.get(key) : undefined;
    if (to !== undefined) return { kind: "go", to };
    return key === "?" ? { kind: "keys" } : null;
  }
}

function writes(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(WRITES) !== null;
}
