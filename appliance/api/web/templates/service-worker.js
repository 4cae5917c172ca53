// What answers while Balie cannot be reached, and what shows a notification while no page is open.
// It keeps one page and what that page needs, and nothing that anybody wrote.

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
  const page = fetch(request).catch(() => caches.match(KEPT[0]));
  const late = new Promise((done) => { setTimeout(done, PATIENCE_MS); });
  return (await Promise.race([page, late])) ?? ((await isThere()) ? page : caches.match(KEPT[0]));
}

// A page that takes its time on a busy machine still comes.
async function isThere() {
  const asked = fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  return asked.then((answer) => answer.ok, () => false);
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}

// Who looks at Balie sees it there.
async function notify({ title, body, tag, address }) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some((page) => page.focused)) return;
  await registration.showNotification(title, { body, tag, icon: "{{ icon }}", data: { address } });
}

async function goTo({ address }) {
  const [page] = await clients.matchAll({ type: "window" });
  if (!page) return clients.openWindow(address);
  await page.focus();
  return page.navigate(address);
}

addEventListener("push", (event) => event.waitUntil(notify(event.data.json())));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(goTo(event.notification.data));
});
addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, search } = new URL(request.url);
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(reached(request));
  else if (KEPT.includes(pathname + search)) event.respondWith(kept(request));
});
