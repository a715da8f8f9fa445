/**
 * The button of the chat on a business's own website, and the frame behind it.
 *
 * It asks nothing of any server by itself: the frame is made with the first click. Styles are set by
 * script alone, so that a strict content security policy needs no more than our origin under
 * `script-src` and `frame-src`. The visitor's token lies in the site's own storage, by door, and is
 * told to our origin and to no other.
 */
import type { FromSite, ToSite } from "../frame";
import { STYLE } from "./style";
import { worded } from "./worded";

type Signed = string | (() => string | Promise<string>);

interface Door {
  readonly open: () => void;
  readonly close: () => void;
  /** Who the visitor is: what the site's server has signed, or how to have it signed anew. */
  readonly identify: (signed: Signed) => void;
  readonly logout: () => void;
}

type Konstruct = { -readonly [Name in keyof Door]?: Door[Name] } & { doors?: Record<string, Door> };

const script = document.currentScript;
const address = script instanceof HTMLScriptElement ? new URL(script.src) : null;
const door = /\/w\/([0-9a-f-]{36})\.js$/.exec(address?.pathname ?? "")?.[1];
const ours = ((window as { konstruct?: Konstruct }).konstruct ??= {});
const doors = (ours.doors ??= {});
if (address && door && !doors[door]) {
  const made = opened(address.origin, door);
  doors[door] = made;
  // A site has one door, mostly; of several the first goes by the short name.
  ours.open ??= made.open;
  ours.close ??= made.close;
  ours.identify ??= made.identify;
  ours.logout ??= made.logout;
}

function opened(origin: string, name: string): Door {
  const key = `konstruct.door.${name}`;
  const say = worded(document.documentElement.lang || navigator.language);
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  root.adoptedStyleSheets = [style];
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = say.chat;
  button.setAttribute("aria-haspopup", "dialog");
  const panel = document.createElement("div");
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", say.chat);
  panel.hidden = true;
  root.append(panel, button);
  let frame: HTMLIFrameElement | null = null;
  let greeted = false;
  let signed: Signed | null = null;
  shown(false);

  button.onclick = () => { if (panel.hidden) open(); else close(); };
  root.addEventListener("keydown", (event) => {
    if ((event as KeyboardEvent).key === "Escape" && !panel.hidden) close();
  });
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (!frame || event.origin !== origin || event.source !== frame.contentWindow) return;
    const message = event.data as (ToSite & { readonly konstruct?: unknown }) | null;
    if (message?.konstruct === name) void heard(message);
  });
  if (document.readyState !== "loading") document.body.append(host);
  else document.addEventListener("DOMContentLoaded", () => { document.body.append(host); });
  return { open, close, identify, logout };

  function open(): void {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = say.chat;
      frame.allow = "clipboard-write";
      frame.referrerPolicy = "no-referrer";
      frame.src = `${origin}/c/${name}#site=${encodeURIComponent(location.origin)}`;
      panel.append(frame);
    }
    shown(true);
    frame.focus();
    if (greeted) tell({ what: "opened" });
  }

  function close(): void {
    shown(false);
    button.focus();
  }

  function shown(now: boolean): void {
    panel.hidden = !now;
    button.setAttribute("aria-expanded", String(now));
    button.setAttribute("aria-label", now ? say.close : say.chat);
  }

  function identify(proof: Signed): void {
    signed = proof;
    if (greeted) void sign().then((identity) => { if (identity !== null) tell({ what: "identify", identity }); });
  }

  function logout(): void {
    signed = null;
    if (greeted) tell({ what: "logout" });
    keep(null);
  }

  async function heard(message: ToSite): Promise<void> {
    switch (message.what) {
      case "ready": {
        const identity = await sign();
        greeted = true;
        const dir = getComputedStyle(document.documentElement).direction === "rtl" ? "rtl" : "ltr";
        tell({ what: "hello", token: kept(), identity, dir });
        break;
      }
      case "token":
        keep(message.token);
        break;
      case "sign":
        tell({ what: "identity", identity: await sign() });
        break;
      case "close":
        close();
    }
  }

  function tell(message: FromSite): void {
    frame?.contentWindow?.postMessage({ konstruct: name, ...message }, origin);
  }

  async function sign(): Promise<string | null> {
    const proof = signed;
    if (proof === null) return null;
    try {
      return typeof proof === "string" ? proof : await proof();
    } catch {
      return null;
    }
  }

  function kept(): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  function keep(token: string | null): void {
    try {
      if (token === null) localStorage.removeItem(key);
      else localStorage.setItem(key, token);
    } catch {
      // A browser that keeps nothing knows nobody with the next page.
    }
  }
}
