import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The chosen theme is set by a file of its own before the first paint: the pages' policy allows no inline script. */
function themeFirst(): Plugin {
  const source = readFileSync(here("src/shared/theme-first.js"), "utf8");
  const name = `assets/theme-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
  return {
    name: "theme-first",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "asset", fileName: name, source });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: `/${name}` }, injectTo: "head-prepend" }],
  };
}

const SMALLEST_COMPRESSED = 1000;

/** Texts are compressed once, here, as small as can be; hansa/frontend.py sends them so. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir = "" }, files) {
      for (const name of Object.keys(files).filter((file) => /\.(js|css|html|svg)$/.test(file))) {
        const content = readFileSync(join(dir, name));
        if (content.length >= SMALLEST_COMPRESSED) writeFileSync(join(dir, `${name}.br`), brotliCompressSync(content));
      }
    },
  };
}

/** A worker for the time without a line, for members and tills; and how the members' pages are installed. */
function installed(): Plugin {
  const worker = "src/shared/offline/worker.js";
  const beside = { "app/sw.js": worker, "till/sw.js": worker, "app/manifest.webmanifest": "src/member/offline/manifest.json" };
  const icons = ["icon-192.png", "icon-512.png", "icon-maskable-512.png"].map((name) => [`app/${name}`, `src/member/offline/${name}`]);
  return {
    name: "installed",
    apply: "build",
    buildStart() {
      for (const [fileName, path] of [...Object.entries(beside), ...icons] as [string, string][]) {
        this.emitFile({ type: "asset", fileName, source: readFileSync(here(path)) });
      }
    },
  };
}

/** Below an entry every address is the page's own; hansa/frontend.py does the same. */
function entries(): Plugin {
  return {
    name: "entries",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        request.url = request.url?.replace(/^\/(app|console|till)\/[^.]*(\?.*)?$/, "/$1/index.html$2");
        next();
      });
    },
  };
}

export default defineConfig({
  appType: "mpa",
  plugins: [react(), themeFirst(), installed(), entries(), compressed()],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { app: here("app/index.html"), console: here("console/index.html"), till: here("till/index.html") } },
  },
  server: { host: "127.0.0.1", proxy: { "^/(graphql|bff|sign-in|files)": process.env.HANSA_SERVER ?? "http://127.0.0.1:8000" } },
  test: { environment: "happy-dom", isolate: false, include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/shared/testing.ts"] },
});
