/** The script on a business's own website: one classic script with a name that stays. */
import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    emptyOutDir: false,
    lib: {
      entry: fileURLToPath(new URL("./src/door/loader/main.ts", import.meta.url)),
      formats: ["iife"],
      name: "konstructLoader",
      fileName: () => "loader.js",
    },
  },
});
