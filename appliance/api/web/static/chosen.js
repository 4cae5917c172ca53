// Several conversations chosen in the list: what is done with all of them, and taken back.

const MOST = 100; // as many as Balie changes at once
const csrf = document.querySelector('meta[name="csrf"]').content;
const chosen = new Map(); // id: when the newest message was that its row showed
let last = null; // the row from which Shift reaches
let drawn = 0; // only the bar for the newest choice is shown

const bar = () => document.getElementById("chosen");
const boxes = () => [...document.querySelectorAll("#rows .choose")];
const rowOf = (box) => box.closest("li");

function set(box, on) {
  if (on && chosen.size >= MOST) on = false;
  box.checked = on;
  if (on) chosen.set(box.value, rowOf(box).dataset.last);
  else chosen.delete(box.value);
}

/** With `reaches`, all from the row that was chosen last. */
export function choose(box, reaches) {
  const all = boxes();
  const from = reaches ? all.findIndex((each) => rowOf(each).id === last) : -1;
  const to = all.indexOf(box);
  const reach = from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  const on = box.checked;
  for (const each of reach) set(each, on);
  last = rowOf(box).id;
  show();
}

function chooseNone() {
  chosen.clear();
  show();
}

// What is not in the list any more is not chosen either: nobody would see it.
function keepUp() {
  const there = new Map(boxes().map((box) => [box.value, box]));
  const count = chosen.size;
  for (const id of chosen.keys()) if (!there.has(id)) chosen.delete(id);
  for (const [id, box] of there) box.checked = chosen.has(id);
  if (chosen.size !== count) show();
}

async function show() {
  const turn = ++drawn;
  for (const box of boxes()) box.checked = chosen.has(box.value);
  document.getElementById("list-pane").toggleAttribute("data-choosing", chosen.size > 0);
  if (!chosen.size) return bar().replaceChildren();
  const rows = [...chosen.keys()].map((id) => ["row", id]);
  const answer = await fetch(`/chosen?${new URLSearchParams(rows)}`, { headers: { "HX-Request": "true" } })
    .catch(() => null);
  if (turn !== drawn) return undefined;
  if (!answer?.ok) return lost();
  bar().innerHTML = await answer.text();
  for (const some of bar().querySelectorAll("[data-some]")) some.indeterminate = true;
  return undefined;
}

function say(html) {
  document.dispatchEvent(new CustomEvent("balie:say", { detail: html }));
}

function lost() {
  say(document.getElementById("toast").dataset.lost);
}

async function post(address, values) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, "HX-Request": "true", "HX-Current-URL": location.href },
    body: new URLSearchParams(values),
  }).catch(() => null);
  if (answer?.status === 401) location.assign(answer.headers.get("HX-Redirect"));
  else if (answer) say(await answer.text());
  else lost();
  return answer?.ok;
}

async function act(form, submitter) {
  const values = [["do", form.dataset.do]];
  for (const [id, at] of chosen) values.push(["row", id], ["seen", at]);
  if (form.dataset.do === "labels") {
    for (const box of form.querySelectorAll("input:not(:indeterminate)")) {
      values.push([box.checked ? "put" : "off", box.value]);
    }
  } else if (form.matches("form")) values.push(...new FormData(form, submitter));
  if (!await post("/chosen", values)) return;
  chooseNone();
  document.querySelector("#toast [data-undo]")?.focus();
}

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest?.("#chosen button[data-do]")) act(target.closest("[data-do]"));
  if (target.dataset?.choose === "none") chooseNone();
  if (target.dataset?.choose === "all") {
    for (const box of boxes()) set(box, true);
    show();
  }
  if (target.dataset?.undo) post("/chosen/undo", { undo: target.dataset.undo });
});

document.addEventListener("submit", (event) => {
  if (!event.target.closest("#chosen")) return;
  event.preventDefault();
  event.target.closest("[popover]").hidePopover();
  act(event.target, event.submitter);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !chosen.size || document.querySelector(":popover-open, dialog[open]")) return;
  event.preventDefault();
  chooseNone();
}, true);

document.addEventListener("balie:listed", keepUp);
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "list") keepUp();
});
