// What every request by a script carries, and what is said when one fails.

const csrf = document.querySelector('meta[name="csrf"]').content;
const toast = document.getElementById("toast");
let hide = 0;

function say(html) {
  toast.innerHTML = html;
  clearTimeout(hide);
  hide = setTimeout(() => toast.replaceChildren(), toast.querySelector("button") ? 20_000 : 8000);
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
