// Writes dist/volunteer-worker.js and dist/volunteer.webmanifest: every file that the volunteer's page needs, found by following
// the names from the page, so that the phone has all of it before the network goes.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(web, "dist");
const PAGE = "/volunteer";
const ICONS = [192, 512];

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 8);

function icon(name, purpose, sizes) {
  const source = join(web, "src/volunteer/icons", name);
  const path = `/assets/${name.replace(/\.png$/, `-${digest(readFileSync(source))}.png`)}`;
  copyFileSync(source, join(dist, path));
  return { src: path, sizes: `${sizes}x${sizes}`, type: "image/png", purpose };
}

const icons = ICONS.flatMap((size) => [icon(`icon-${size}.png`, "any", size), icon(`maskable-${size}.png`, "maskable", size)]);
const manifest = {
  id: PAGE,
  name: "tallywire · อาสาสมัคร",
  short_name: "tallywire",
  description: "รายงานผลนับคะแนนจากหน่วยเลือกตั้ง แม้ไม่มีเน็ต · Report the count from your polling station, even without a network",
  lang: "th",
  start_url: PAGE,
  scope: PAGE,
  display: "standalone",
  orientation: "portrait",
  background_color: "#ffffff",
  theme_color: "#ffffff",
  icons,
};
writeFileSync(join(dist, "volunteer.webmanifest"), `${JSON.stringify(manifest, null, 1)}\n`);

// Scripts name each other as "./name.js" or "assets/name.js", styles name fonts as url(/assets/name.woff2).
function named(path) {
  const text = readFileSync(join(dist, path), "utf8");
  return [...text.matchAll(/["'`(](?:\.\/|\/?assets\/)([\w.-]+\.(?:js|css|woff2|svg))(?=["'`)])/g)].map((match) => `/assets/${match[1]}`);
}

const files = new Set(named("volunteer.html"));
for (const path of files) {
  if (!existsSync(join(dist, path))) files.delete(path);
  else if (/\.(js|css)$/.test(path)) for (const next of named(path)) if (existsSync(join(dist, next))) files.add(next);
}
const all = [PAGE, "/volunteer.webmanifest", ...[...files].sort(), ...icons.slice(0, 1).map(({ src }) => src)];
const source = readFileSync(join(web, "src/volunteer/worker.js"), "utf8");
const version = digest(readFileSync(join(dist, "volunteer.html"), "utf8") + JSON.stringify(all) + source);
writeFileSync(join(dist, "volunteer-worker.js"), `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(all)};\n${source}`);
console.log(`volunteer-worker.js keeps ${all.length} files, version ${version}`);
