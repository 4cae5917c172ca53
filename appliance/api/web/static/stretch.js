// A part of the thread that comes by itself takes its place among what is shown: a page above or
// below it, or what changed in it. All else stays as it is, and so does whoever reads it.

const list = () => document.getElementById("message-list");
const lines = (of) => [...of.querySelectorAll(":scope > .line")];

/** Negative where the first stands above the second. */
function order(line, other) {
  return line.dataset.at - other.dataset.at || (line.dataset.message < other.dataset.message ? -1 : 1);
}

/** Below the last line that belongs above it, with the day that it is the first of. */
function insert(line) {
  const day = line.previousElementSibling;
  const coming = day?.matches(".day") ? [day, line] : [line];
  if (coming.length > 1) document.getElementById(day.id)?.remove();
  let above = lines(list()).filter((other) => order(other, line) < 0).at(-1);
  while (above?.nextElementSibling?.matches(".team-note")) above = above.nextElementSibling;
  if (above) above.after(...coming);
  else list().prepend(...coming);
  htmx.process(line);
}

/** Those that are shown already keep their place and what is open in them. */
function change(came, task) {
  for (const line of lines(came)) {
    const shown = document.getElementById(line.id);
    if (shown?.dataset.at === line.dataset.at) {
      const fragment = document.createDocumentFragment();
      fragment.append(line.cloneNode(true));
      task(fragment, shown);
    } else {
      shown?.remove(); // what it waited for came, and it stands where that did
      insert(line);
    }
  }
}

function add(came, part) {
  const items = [...came.children].filter((item) => !document.getElementById(item.id));
  if (part === "older") list().prepend(...items);
  else list().append(...items);
  for (const item of items) htmx.process(item);
}

/** The way to what is further up or down. */
function renew(id, fragment, task) {
  const [shown, next] = [document.getElementById(id), fragment.querySelector(`#${id}`)];
  if (!next) return shown?.remove();
  const part = document.createDocumentFragment();
  part.append(next);
  if (shown) task(part, shown);
}

function renewState(fragment, part) {
  const shown = document.getElementById("thread-state").elements;
  const came = fragment.querySelector("#thread-state").elements;
  if (part === "changed") shown.since.value = came.since.value;
  if (part === "newer") shown.to.value = came.to.value;
  shown.from.value = list().querySelector(".line")?.dataset.message ?? "";
  shown.count.value = lines(list()).length;
  const newest = fragment.querySelector("#message-list").dataset.newest;
  if (newest > list().dataset.newest) list().dataset.newest = newest;
}

document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (ctx.target?.id !== "messages" || !tasks.length) return;
  const { fragment } = tasks[0];
  const part = fragment.querySelector("#thread-state")?.dataset.part;
  if (!part || part === "all") return;
  const [all] = tasks.splice(0);
  const task = (piece, target) => tasks.push({ ...all, fragment: piece, target, swapSpec: { style: "outerMorph" } });
  const came = fragment.querySelector("#message-list");
  if (part === "changed") change(came, task);
  else add(came, part);
  if (part === "older") for (const id of ["older", "first-unread"]) renew(id, fragment, task);
  if (part === "newer") renew("newer", fragment, task);
  renewState(fragment, part);
});
