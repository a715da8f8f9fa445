/**
 * Messages not accepted yet, kept where a reload or a closed tab does not lose them; those that
 * were refused with the reason, so that nothing sends them but the person. Each has an entry of its
 * own, so that two tabs do not overwrite each other's; sent twice, it is one message.
 */
import { wellFormed } from "@/wire/well-formed";

import type { Outgoing } from "./transcript";

/** What a browser keeps for us, or a stand-in for it. */
export interface Store {
  keys(): string[];
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class Outbox {
  readonly #storage: Store;
  readonly #prefix: string;

  /** All keys of one conversation begin with `prefix`, and no others do. */
  constructor(storage: Store, prefix: string) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** Oldest first. */
  load(): Outgoing[] {
    return this.#storage
      .keys()
      .filter((key) => key.startsWith(this.#prefix))
      .flatMap((key) => parse(this.#storage.getItem(key)))
      .sort((one, other) => one.createdAt.localeCompare(other.createdAt));
  }

  keep(outgoing: Outgoing): void {
    this.#storage.setItem(this.#prefix + outgoing.clientMessageId, JSON.stringify(outgoing));
  }

  drop(clientMessageId: string): void {
    this.#storage.removeItem(this.#prefix + clientMessageId);
  }
}

function parse(entry: string | null): Outgoing[] {
  try {
    const outgoing = JSON.parse(entry ?? "") as Outgoing;
    return [{ ...outgoing, text: wellFormed(outgoing.text) }];
  } catch {
    return [];
  }
}
