/**
 * Messages not accepted yet, kept where a reload or a closed tab does not lose them; those that
 * were refused with the reason, so that nothing sends them but the person. Each has an entry of its
 * own, so that two tabs do not overwrite each other's; sent twice, it is one message.
 */
import type { Kept } from "@/session/kept";

import { wellFormed } from "./refusals";
import type { Outgoing } from "./transcript";

export class Outbox {
  readonly #storage: Kept;
  readonly #prefix: string;

  constructor(storage: Kept, userId: string, conversationId: string) {
    this.#storage = storage;
    this.#prefix = `${outboxPrefix(userId)}${conversationId}.`;
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

export function outboxPrefix(userId: string): string {
  return `konstruct.outbox.${userId}.`;
}

function parse(entry: string | null): Outgoing[] {
  try {
    const outgoing = JSON.parse(entry ?? "") as Outgoing;
    return [{ ...outgoing, text: wellFormed(outgoing.text) }];
  } catch {
    return [];
  }
}
