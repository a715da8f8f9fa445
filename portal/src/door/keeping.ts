/**
 * Where the visitor's token is kept. On a page of our own in its own storage; on a business's site
 * the site's first-party storage has it, since a frame's own may be gone with the next page. Then
 * the loader hands it over, and takes what changes.
 */
import type { Store } from "@/chat/outbox";

export interface Keeping {
  read(): string | null;
  write(token: string | null): void;
}

export function ownKeeping(store: Store, door: string): Keeping {
  const key = `konstruct.door.${door}`;
  return {
    read: () => store.getItem(key),
    write: (token) => {
      if (token === null) store.removeItem(key);
      else store.setItem(key, token);
    },
  };
}

/** The browser's storage; where it is shut, what is kept is gone with the page. */
export function browserStore(): Store {
  const memory = new Map<string, string>();
  const safely = <Result>(use: () => Result, otherwise: () => Result): Result => {
    try {
      return use();
    } catch {
      return otherwise();
    }
  };
  return {
    keys: () => safely(() => Object.keys(localStorage), () => [...memory.keys()]),
    getItem: (key) => safely(() => localStorage.getItem(key), () => memory.get(key) ?? null),
    setItem: (key, value) => { safely(() => { localStorage.setItem(key, value); }, () => { memory.set(key, value); }); },
    removeItem: (key) => { safely(() => { localStorage.removeItem(key); }, () => { memory.delete(key); }); },
  };
}
