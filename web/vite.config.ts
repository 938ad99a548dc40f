import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// A file of its own, run before the first paint: language and theme must not flash, and the pages carry no inline script.
function firstPaint(): Plugin {
  const source = readFileSync(here("./src/first-paint.js"), "utf8");
  const name = `assets/first-paint-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
  let serving = false;
  return {
    name: "first-paint",
    configResolved: (config) => void (serving = config.command === "serve"),
    generateBundle() {
      this.emitFile({ type: "asset", fileName: name, source });
    },
    // Right after the encoding: before the page's own script can fail, and not held up by the style sheet.
    transformIndexHtml: (html) =>
      html.replace('<meta charset="utf-8" />', `$&\n    <script src="${serving ? "/src/first-paint.js" : `/${name}`}"></script>`),
  };
}

// GraphiQL's style sheet carries 34 fonts as data URIs; its page uses the board's font instead.
function withoutBundledFonts(): Plugin {
  return {
    name: "without-bundled-fonts",
    enforce: "pre",
    transform: (code, id) => (/graphiql\/dist\/style\.css/.test(id) ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : null),
  };
}

// The server trusts what its own pages send, whatever else it may be told to refuse.
function sentDocuments(): Plugin {
  return {
    name: "sent-documents",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "documents.json", source: readFileSync(here("./src/generated/documents.json"), "utf8") });
    },
  };
}

export default defineConfig({
  plugins: [withoutBundledFonts(), svelte(), firstPaint(), sentDocuments()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // The browser would otherwise fetch a polyfill that every browser able to run the rest does without.
    modulePreload: { polyfill: false },
    // GraphiQL is a page for developers, over a megabyte before compression.
    chunkSizeWarningLimit: 1600,
    rollupOptions: {
      input: { board: here("./index.html"), graphiql: here("./graphiql.html"), volunteer: here("./volunteer.html"), desk: here("./desk.html") },
      // React libraries mark modules "use client", which means nothing in a bundle.
      onLog: (level, log, handle) => void (log.code === "MODULE_LEVEL_DIRECTIVE" || handle(level, log)),
    },
  },
  server: {
    fs: { allow: [here("..")] },
    proxy: {
      "/graphql": { target: process.env.TALLYWIRE_URL ?? "http://127.0.0.1:8000", ws: true },
      "/evidence": { target: process.env.TALLYWIRE_URL ?? "http://127.0.0.1:8000" },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
