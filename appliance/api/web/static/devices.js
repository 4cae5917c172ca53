// The devices: settings that somebody has open are theirs, and are not drawn anew with the rest.

const part = document.getElementById("devices");
const drawn = new WeakMap(); // by request: what was open when it was asked

function open() {
  return [...part.querySelectorAll("details[open]")].map((each) => each.id);
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (!part || ctx.sourceElement !== part) return;
  drawn.set(ctx, open());
  for (const id of drawn.get(ctx)) ctx.request.body.append("kept", id);
});

// They were opened while the answer was on its way: it would close them.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!drawn.has(ctx) || open().every((id) => drawn.get(ctx).includes(id))) return;
  event.preventDefault();
  document.dispatchEvent(new CustomEvent("balie:refresh", { detail: part.id }));
});
