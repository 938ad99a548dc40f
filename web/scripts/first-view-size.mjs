// Prints what a first visit to the board loads, gzip-compressed, and fails where it is over the budget.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 100;
const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
const page = readFileSync(join(dist, "index.html"), "utf8");
const linked = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
const styles = linked.filter((path) => path.endsWith(".css")).map((path) => readFileSync(join(dist, path), "utf8"));
const fonts = styles.flatMap((css) => [...css.matchAll(/url\((\/assets\/[^)]+\.woff2)\)/g)].map((match) => match[1]));
// woff2 is compressed already; maps, lists and the regular Latin font are loaded after the first view.
const sizes = ["/index.html", ...new Set([...linked, ...fonts])].map((path) => {
  const bytes = readFileSync(join(dist, path));
  return [path, path.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length];
});
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
for (const [path, bytes] of sizes) console.log(`${(bytes / 1000).toFixed(1).padStart(7)} kB  ${path}`);
console.log(`${(total / 1000).toFixed(1).padStart(7)} kB  first view of the board, compressed (budget ${BUDGET_KB} kB)`);
if (readdirSync(join(dist, "assets")).some((name) => name.endsWith(".woff"))) throw new Error("only woff2 fonts belong in the build");
if (total > BUDGET_KB * 1000) process.exit(1);
