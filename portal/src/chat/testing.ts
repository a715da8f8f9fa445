/** Frames and clocks for tests of the chat. */
import type { Message, ServerFrame } from "@/wire/frames";

import type { Clock } from "./clock";
import type { Store } from "./outbox";

const AT = "2026-01-05T10:00:00Z";

type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

export function said(seq: number, content = `said ${seq}`): Message {
  return { id: `m${seq}`, seq, role: "user", content, status: "complete", created_at: AT };
}

export function answered(
  seq: number,
  replyTo: string,
  status: Message["status"] = "complete",
): Frame<"response"> {
  return {
    type: "response",
    text: `answer ${seq}`,
    conversation_id: "c",
    message_id: `m${seq}`,
    seq,
    reply_to: replyTo,
    status,
    created_at: AT,
  };
}

export function messageFrame(message: Message): Frame<"message"> {
  const { reply_to, client_message_id, error_code, finish, author, ...rest } = message;
  return {
    type: "message",
    conversation_id: "c",
    ...rest,
    ...(reply_to ? { reply_to } : {}),
    ...(client_message_id ? { client_message_id } : {}),
    ...(error_code ? { error_code } : {}),
    ...(finish ? { finish } : {}),
    ...(author ? { author: { kind: author.kind, ...(author.name ? { name: author.name } : {}) } } : {}),
  };
}

export function accepted(seq: number, clientMessageId: string): Frame<"accepted"> {
  return {
    type: "accepted",
    message_id: `m${seq}`,
    seq,
    created_at: AT,
    client_message_id: clientMessageId,
  };
}

export function ready(lastSeq = 0, resetSeq = 0): Frame<"ready"> {
  return { type: "ready", conversation_id: "c", last_seq: lastSeq, reset_seq: resetSeq };
}

/** A person or the agent answers from now on. */
export function notice(seq: number, handling: "agent" | "waiting" | "human"): Frame<"message"> {
  const message: Message = { ...said(seq, `notice ${seq}`), role: "assistant", author: { kind: "system" } };
  return { ...messageFrame(message), handling };
}

/** A clock whose hands the test turns; its chance is always the longest wait. */
export class ManualClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  random(): number {
    return 1;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Let time pass and everything that is then due happen. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((one) => one !== due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      await settled();
    }
    this.#now = until;
    await settled();
  }

  /** The machine sleeps: time passes, and nothing happens until it wakes. */
  async sleep(ms: number): Promise<void> {
    this.#now += ms;
    await this.pass(0);
  }
}

/** Promises that are kept already have had their say. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** As much of `localStorage` as is used; entries are properties, as there. */
export function memoryStorage(): Storage {
  const storage = {} as Record<string, string>;
  const methods = {
    getItem: (key: string) => storage[key] ?? null,
    setItem: (key: string, value: string) => {
      storage[key] = value;
    },
    removeItem: (key: string) => {
      Reflect.deleteProperty(storage, key);
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(storage, name, { value, enumerable: false });
  }
  return storage as unknown as Storage;
}

/** A store whose entries are in this storage, also when it is another one by then. */
export function storeIn(storage: () => Storage): Store {
  return {
    keys: () => Object.keys(storage()),
    getItem: (key) => storage().getItem(key),
    setItem: (key, value) => { storage().setItem(key, value); },
    removeItem: (key) => { storage().removeItem(key); },
  };
}
