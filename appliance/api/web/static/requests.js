// What every request by a script carries, how one ends, and what is said when one fails.

const ANSWER_MS = 60000; // a server that hangs says nothing, and what was typed next waits with it
/** Of this page, and so of who is logged in. */
export const csrf = document.querySelector('meta[name="csrf"]').content;
const toast = document.getElementById("toast");
const asked = new Set(); // requests without an answer, each by what ends it
let hide = 0;

function say(html) {
  toast.innerHTML = html;
  clearTimeout(hide);
  hide = setTimeout(() => toast.replaceChildren(), toast.querySelector("button") ? 20_000 : 8000);
}

/** By a script, in the name of the page that is open. */
export function post(address, values = {}, more = {}) {
  return fetch(address, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, "HX-Request": "true", "HX-Current-URL": location.href },
    body: new URLSearchParams(values),
    ...more,
  });
}

/** Of what somebody typed: it goes on when its reader goes elsewhere, and ends with the connection. */
export async function postTyped(address, values) {
  const end = new AbortController();
  const late = setTimeout(() => end.abort(), ANSWER_MS);
  asked.add(end);
  try {
    return await post(address, values, { keepalive: true, signal: end.signal });
  } finally {
    clearTimeout(late);
    asked.delete(end);
  }
}

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF-Token"] = csrf;
});

// A part that could not be had: the page stays as it is and says why, unless the part has a place
// of its own for that. A stream tells its own troubles.
document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.id === "live" || ctx.response.status === 401) return;
  const own = ctx.sourceElement.hasAttribute(`hx-status:${ctx.response.status}`);
  const form = ctx.sourceElement.matches("form");
  const html = ctx.response.headers.get("Content-Type")?.startsWith("text/html");
  if (!own && !form) say(html ? ctx.text : toast.dataset.lost);
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx?.sourceElement && ctx.sourceElement.id !== "live" && ctx.sourceElement.id !== "list") {
    say(toast.dataset.lost);
  }
});

document.addEventListener("balie:say", (event) => say(event.detail));
document.addEventListener("balie:back", () => {
  for (const end of asked) end.abort(); // on a connection that is gone
});
