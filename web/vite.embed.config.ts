import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// One file that stands alone in other people's pages, at an address that stays.
export default defineConfig({
  build: {
    target: "es2022",
    emptyOutDir: false,
    lib: { entry: fileURLToPath(new URL("./src/embed/main.ts", import.meta.url)), formats: ["iife"], name: "tallywireEmbed", fileName: () => "embed.js" },
  },
});
