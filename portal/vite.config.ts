import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The gateway that `npm run dev` talks to. */
const gateway = process.env.KONSTRUCT_GATEWAY ?? "http://127.0.0.1:8000";

const entry = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Compresses once what the gateway then sends many times. */
function gzipAssets(): Plugin {
  return {
    name: "gzip-assets",
    apply: "build",
    writeBundle({ dir = "dist" }) {
      const assets = join(dir, "assets");
      for (const name of readdirSync(assets)) {
        if (name.endsWith(".woff2")) continue; // compressed already
        const file = join(assets, name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), gzipAssets()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // The gateway's content security policy admits no data: scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The door is a page of its own, for a business's customers: it shares the chat and no React.
      input: { index: entry("index.html"), door: entry("door.html") },
      output: {
        // Every feature has a `page`; its script is named after the feature.
        chunkFileNames({ facadeModuleId }) {
          const feature = /\/features\/([^/]+)\/page\.tsx$/.exec(facadeModuleId ?? "")?.[1];
          return `assets/${feature ?? "[name]"}-[hash].js`;
        },
      },
    },
  },
  server: {
    proxy: {
      // The gateway admits browsers from its own address only, so the origin is rewritten too.
      "/api": { target: gateway, headers: { origin: gateway } },
      "/chat": { target: gateway, ws: true, headers: { origin: gateway } },
    },
  },
});
