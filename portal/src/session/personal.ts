/** What a person leaves in this browser, each under a key with their id in it; a log-out takes it away. */
import { inBrowser, inTab } from "./kept";

const OURS = "konstruct.";

/** How the keys begin under which one kind of things is kept for a person. */
export function personalPrefix(kind: string, userId: string): string {
  return `${OURS}${kind}.${userId}.`;
}

export function forgetPerson(userId: string): void {
  for (const kept of [inBrowser, inTab]) {
    for (const key of kept.keys()) {
      const [kind = ""] = key.slice(OURS.length).split(".");
      if (key.startsWith(personalPrefix(kind, userId))) kept.removeItem(key);
    }
  }
}
