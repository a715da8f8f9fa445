/**
 * Messages not accepted yet, kept where a reload or a closed tab does not lose them. Each has an
 * entry of its own, so that two tabs do not overwrite each other's; sent twice, it is one message.
 */
import type { Kept } from "@/kept";

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

  keep({ clientMessageId, text, createdAt }: Outgoing): void {
    const entry = JSON.stringify({ clientMessageId, text, createdAt });
    this.#storage.setItem(this.#prefix + clientMessageId, entry);
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
    return [JSON.parse(entry ?? "") as Outgoing];
  } catch {
    return [];
  }
}
