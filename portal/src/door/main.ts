/** Puts the door's page together: on its own, or within a business's site. */
import "./door.css";

import { Calls } from "./calls";
import { Frame, siteAround } from "./frame";
import { browserStore, type Keeping, ownKeeping } from "./keeping";
import { Page, shut } from "./page";
import { told as readTold } from "./told";
import { Visit } from "./visit";
import { speaking } from "./words";

const root = document.getElementById("door");
if (root) {
  const told = readTold();
  if (window.parent === window) alone(root, told);
  else within(root, told);
}

type Told = ReturnType<typeof readTold>;

function alone(element: HTMLElement, told: Told): void {
  const keeping = ownKeeping(browserStore(), told.door);
  const link = location.hash.slice(1);
  if (link !== "") {
    keeping.write(link);
    // What opens the conversation stays in no history.
    history.replaceState(null, "", `/c/${told.door}`);
  }
  const { start } = opened(element, told, { keeping, signed: () => Promise.resolve(null) });
  void start();
}

function within(element: HTMLElement, told: Told): void {
  const say = speaking(told.language);
  const site = siteAround(told.hosts);
  if (site === null) {
    shut(element, say);
    return;
  }
  let here: ReturnType<typeof opened> | null = null;
  const frame = new Frame(told.door, site, (message) => {
    switch (message.what) {
      case "hello": {
        if (here) return;
        document.documentElement.dir = message.dir === "rtl" ? "rtl" : "ltr";
        here = opened(element, told, {
          keeping: frame.keeping(message.token),
          signed: () => frame.sign(),
          close: () => { frame.tell({ what: "close" }); },
        });
        void here.start(message.identity);
        break;
      }
      case "identify":
        void here?.identify(message.identity);
        break;
      case "logout":
        void here?.visit.logOut();
        break;
      case "opened":
        here?.page.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) frame.tell({ what: "close" });
  });
  frame.tell({ what: "ready" });
}

interface Surroundings {
  readonly keeping: Keeping;
  readonly signed: () => Promise<string | null>;
  readonly close?: () => void;
}

function opened(element: HTMLElement, told: Told, { keeping, signed, close }: Surroundings) {
  const say = speaking(told.language);
  const calls = new Calls(told.door);
  const page = new Page(element, { told, say, calls, visit: () => visit, ...(close ? { close } : {}) });
  const visit = new Visit({
    door: told.door,
    language: told.language,
    calls,
    keeping,
    store: browserStore(),
    signed,
    onChange: (session, why) => { page.use(session, why); },
  });
  const identify = (identity: string) =>
    visit.identify(identity).catch((error: unknown) => { page.explain(error); });
  return {
    page,
    visit,
    identify,
    start: async (identity: string | null = null) => {
      if (identity !== null) await identify(identity);
      else await visit.resume().catch((error: unknown) => { page.explain(error); });
      page.focus();
    },
  };
}
