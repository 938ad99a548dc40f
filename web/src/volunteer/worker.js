// The volunteer's service worker: the app opens without a network. scripts/volunteer-worker.mjs puts VERSION and FILES before
// this text. A new version is fetched whole, then waits until the app says that no sheet is open.
/* global VERSION, FILES */
const CACHE = `tallywire-volunteer-${VERSION}`;
const PAGE = "/volunteer";

self.addEventListener("install", (event) => {
  // Past the HTTP cache for the page alone; the other names carry a digest.
  const wanted = FILES.map((path) => new Request(path, { cache: path === PAGE ? "reload" : "default" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("tallywire-volunteer-") && name !== CACHE;
  const clean = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(clean.then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  const path = event.request.mode === "navigate" && url.pathname === PAGE ? PAGE : url.pathname;
  if (!FILES.includes(path)) return;
  event.respondWith(caches.open(CACHE).then(async (cache) => (await cache.match(path)) ?? fetch(event.request)));
});
