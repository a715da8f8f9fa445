/**
 * What this browser keeps for us. Its storage may be forbidden, so that its mere name throws, or
 * full: then the page works from its own memory, and a reload loses what was to be kept.
 */
export class Kept {
  readonly #storage: () => Storage;
  /** What could not be stored; `null` for what could not be removed. */
  readonly #memory = new Map<string, string | null>();

  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  getItem(key: string): string | null {
    const remembered = this.#memory.get(key);
    if (remembered !== undefined) return remembered;
    return this.#try((storage) => storage.getItem(key)) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#memory.set(key, value);
    this.#try((storage) => {
      storage.setItem(key, value);
      this.#memory.delete(key);
    });
  }

  removeItem(key: string): void {
    this.#memory.set(key, null);
    this.#try((storage) => {
      storage.removeItem(key);
      this.#memory.delete(key);
    });
  }

  keys(): string[] {
    const stored = this.#try((storage) => Object.keys(storage)) ?? [];
    const all = new Set([...stored, ...this.#memory.keys()]);
    return [...all].filter((key) => this.#memory.get(key) !== null);
  }

  #try<Result>(use: (storage: Storage) => Result): Result | undefined {
    try {
      return use(this.#storage());
    } catch {
      return undefined;
    }
  }
}

/** For all tabs and from visit to visit. */
export const inBrowser = new Kept(() => localStorage);

/** For this tab, over its reloads. */
export const inTab = new Kept(() => sessionStorage);
