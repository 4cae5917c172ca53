// What answers while Balie cannot be reached. It keeps one page and what that page needs, and
// nothing that anybody wrote.

const KEPT = {{ kept | tojson }};
const NAME = "offline-{{ mark }}";
const PATIENCE_MS = 5000; // a server that takes connections and answers nothing is as good as none

async function keep() {
  const cache = await caches.open(NAME);
  await cache.addAll(KEPT);
  await skipWaiting();
}

async function begin() {
  for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
  await clients.claim();
}

async function reached(request) {
  const late = new Promise((_, reject) => { setTimeout(reject, PATIENCE_MS); });
  try {
    return await Promise.race([fetch(request), late]);
  } catch {
    return caches.match(KEPT[0]);
  }
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, search } = new URL(request.url);
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(reached(request));
  else if (KEPT.includes(pathname + search)) event.respondWith(kept(request));
});
