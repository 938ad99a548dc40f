// Prints what a first visit to each app loads, gzip-compressed, and fails where it is over the budget.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 100;
/** What every page of every outlet loads. */
const EMBED_BUDGET_KB = 30;
const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");

// What the page itself links: maps, lists, the screens behind the first and the regular Latin font are loaded after it.
function filesOf(page) {
  const linked = [...readFileSync(join(dist, page), "utf8").matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
  const styles = linked.filter((path) => path.endsWith(".css")).map((path) => readFileSync(join(dist, path), "utf8"));
  const fonts = styles.flatMap((css) => [...css.matchAll(/url\((\/assets\/[^)]+\.woff2)\)/g)].map((match) => match[1]));
  return [page, ...new Set([...linked, ...fonts])];
}

// woff2 is compressed already.
function sizeOf(path) {
  const bytes = readFileSync(join(dist, path));
  return path.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
}

if (readdirSync(join(dist, "assets")).some((name) => name.endsWith(".woff"))) throw new Error("only woff2 fonts belong in the build");
for (const page of ["/index.html", "/volunteer.html", "/desk.html"]) {
  const sizes = filesOf(page).map((path) => [path, sizeOf(path)]);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  for (const [path, bytes] of sizes) console.log(`${(bytes / 1000).toFixed(1).padStart(7)} kB  ${path}`);
  console.log(`${(total / 1000).toFixed(1).padStart(7)} kB  first view of ${page}, compressed (budget ${BUDGET_KB} kB)`);
  if (total > BUDGET_KB * 1000) process.exitCode = 1;
}

const embed = sizeOf("/embed.js");
console.log(`${(embed / 1000).toFixed(1).padStart(7)} kB  /embed.js, compressed (budget ${EMBED_BUDGET_KB} kB)`);
if (embed > EMBED_BUDGET_KB * 1000) process.exitCode = 1;
