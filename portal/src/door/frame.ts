/**
 * The page within a business's site: what it and the loader tell each other. Each message goes to
 * one origin, which the door allows, and is taken from that one window of it alone.
 */
import type { Keeping } from "./keeping";

/** What the loader says. */
export type FromSite =
  | { readonly what: "hello"; readonly token: string | null; readonly dir: "ltr" | "rtl"; readonly identity: string | null }
  | { readonly what: "identity"; readonly identity: string | null }
  | { readonly what: "identify"; readonly identity: string }
  | { readonly what: "logout" }
  | { readonly what: "opened" };

/** What the page says. */
export type ToSite =
  | { readonly what: "ready" }
  | { readonly what: "token"; readonly token: string | null }
  | { readonly what: "sign" }
  | { readonly what: "close" };

const SIGNED_WITHIN_MS = 10_000;

export class Frame {
  readonly #door: string;
  readonly #site: string;
  readonly #onMessage: (message: FromSite) => void;
  #signing: ((identity: string | null) => void)[] = [];

  /** `site` is the origin of the page around this one, which the door allows. */
  constructor(door: string, site: string, onMessage: (message: FromSite) => void) {
    this.#door = door;
    this.#site = site;
    this.#onMessage = onMessage;
    window.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (event.origin !== site || event.source !== window.parent) return;
      const message = event.data as (FromSite & { readonly konstruct?: unknown }) | null;
      if (message?.konstruct !== door) return;
      if (message.what === "identity") this.#signed(message.identity);
      else this.#onMessage(message);
    });
  }

  tell(message: ToSite): void {
    window.parent.postMessage({ konstruct: this.#door, ...message }, this.#site);
  }

  /** A fresh proof of who the visitor is; null of a site that signs nothing, or not in time. */
  sign(): Promise<string | null> {
    return new Promise((resolve) => {
      this.#signing.push(resolve);
      setTimeout(() => { resolve(null); }, SIGNED_WITHIN_MS);
      this.tell({ what: "sign" });
    });
  }

  /** What the loader keeps for us. */
  keeping(token: string | null): Keeping {
    let kept = token;
    return {
      read: () => kept,
      write: (changed) => {
        if (changed === kept) return;
        kept = changed;
        this.tell({ what: "token", token: changed });
      },
    };
  }

  #signed(identity: string | null): void {
    for (const resolve of this.#signing.splice(0)) resolve(identity);
  }
}

/** The origin of the page around this one, if it says one that the door allows. */
export function siteAround(hosts: readonly string[]): string | null {
  const site = new URLSearchParams(location.hash.slice(1)).get("site");
  return site !== null && hosts.includes(site) ? site : null;
}
