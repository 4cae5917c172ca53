// What is plugged in: adb tells no page of it, so the page asks, as long as somebody looks. It names
// what it shows, and is sent nothing where that is still so: who is at a button there stays at it.

const ASK_MS = 1000; // a phone is on the page within two of these
const REST_MS = 2000; // after a minute in which nothing came or went
const QUIET_MS = 60000;
const part = document.getElementById("plugged");
let shown = "";
let changedAt = Date.now();

function ask() {
  setTimeout(ask, Date.now() - changedAt < QUIET_MS ? ASK_MS : REST_MS);
  if (document.hidden || "offline" in document.documentElement.dataset) return;
  document.dispatchEvent(new CustomEvent("balie:refresh", { detail: part.id }));
}

if (part) {
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement === part && shown) ctx.request.headers["If-None-Match"] = shown;
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement !== part || ctx.response.status !== 200) return;
    shown = ctx.response.headers.get("ETag") ?? "";
    changedAt = Date.now();
  });
  document.addEventListener("visibilitychange", () => { changedAt = Date.now(); });
  setTimeout(ask, ASK_MS);
}
