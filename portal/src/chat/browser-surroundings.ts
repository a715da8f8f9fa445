/** The browser's own word on the network and on whether anyone looks at the page. */
import type { Surroundings } from "./connection";

export const browserSurroundings: Surroundings = {
  isOnline: () => navigator.onLine,
  watch(callback) {
    const ending = new AbortController();
    const { signal } = ending;
    window.addEventListener("online", () => { callback("online"); }, { signal });
    window.addEventListener("offline", () => { callback("offline"); }, { signal });
    document.addEventListener(
      "visibilitychange",
      () => { if (document.visibilityState === "visible") callback("visible"); },
      { signal },
    );
    return () => { ending.abort(); };
  },
};
