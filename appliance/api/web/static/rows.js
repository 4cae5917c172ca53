// Rows of the list that changed come with the stream. Each goes to its place in the list that is
// open, or leaves it when it does not belong there any more; nothing moves under the pointer.

const REST_MS = 5000; // a pointer that lies still for so long points at nothing
const TAP_MS = 600; // a finger has left the list before its tap is told
const GLIDE_MS = 120;
const MOST = 99; // in a view: pages/inbox.py draws the same
const list = document.getElementById("list");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const rows = () => document.getElementById("rows");
const more = () => document.getElementById("more-rows");

let moved = 0; // when the pointer last moved over the rows; 0 when it is elsewhere
let timer = 0;
let asked = false; // for the whole list, while the pointer was there
let before = null; // where the rows stood
let gliding = false; // what comes meanwhile goes to its place afterwards
const waiting = new Map(); // by row: how it looks now, until it may go to its place

function askAll() {
  document.dispatchEvent(new CustomEvent("balie:refresh", { detail: "list" }));
}

function askSoon() {
  if (isPointed()) asked = true;
  else askAll();
}

/** What the list shows: the same choices that the page would ask with. */
function choices() {
  const { line, view, rows: most } = document.getElementById("list-state").elements;
  const { me } = document.getElementById("list-state").dataset;
  return { line: line.value, view: view.value, most: Number(most.value), me };
}

function belongs(item, { line, view, me }) {
  const { line: own, waiting: since, unread, assignee, returns } = item.dataset;
  const group = "group" in item.dataset;
  if (line && line !== own) return false;
  if (view === "groups") return group;
  if (view === "later") return returns !== "";
  if (view === "waiting") return since !== "" && !returns;
  if (view === "nobodys") return since !== "" && !returns && !assignee;
  if (view === "mine" && "named" in item.dataset) return true;
  if (view === "mine") return assignee === me && !returns && !("done" in item.dataset);
  return !group && (view !== "unread" || Number(unread) > 0);
}

function standsAbove(item, other, { view }) {
  const first = { waiting: "waiting", nobodys: "waiting", later: "returns" }[view];
  const place = ({ dataset }) => (first ? -Number(dataset[first]) : Number(dataset.last));
  const by = place(item) - place(other);
  return by > 0 || (by === 0 && item.id > other.id);
}

// Drawn as the list of all numbers shows it, and the same for everybody.
function fitted(html, { line }) {
  const drawn = document.createElement("template");
  drawn.innerHTML = html;
  const item = drawn.content.firstElementChild;
  const row = item.querySelector(".row");
  const address = row.getAttribute("href") + document.getElementById("list-state").dataset.query;
  row.setAttribute("href", address);
  row.setAttribute("hx-get", address);
  if (row.dataset.conversation === document.getElementById("open")?.value) row.setAttribute("aria-current", "true");
  if (line) row.querySelector(".branch")?.remove();
  return item;
}

// The row itself stays, with the focus in it and the finger on it.
function fill(old, item) {
  for (const name of ["last", "waiting", "unread", "assignee", "returns"]) old.dataset[name] = item.dataset[name];
  old.toggleAttribute("data-done", "done" in item.dataset);
  const [row, drawn] = [old.querySelector(".row"), item.querySelector(".row")];
  row.className = drawn.className;
  row.dataset.title = drawn.dataset.title;
  if (row.innerHTML !== drawn.innerHTML) row.innerHTML = drawn.innerHTML;
}

function toPlace(item, chosen) {
  const others = [...rows().children].filter((each) => each !== item);
  const next = others.find((each) => standsAbove(item, each, chosen)) ?? null;
  if (item.isConnected && item.nextElementSibling === next) return undefined;
  if (!next && more()) return item.isConnected ? askAll() : undefined; // it may stand further below
  const focused = item.contains(document.activeElement) && document.activeElement;
  const made = !item.isConnected;
  rows().insertBefore(item, next);
  if (made) htmx.process(item);
  if (focused) focused.focus({ preventScroll: true });
  return undefined;
}

function put(item, chosen) {
  const old = document.getElementById(item.id);
  if (!belongs(item, chosen)) return old?.remove();
  if (old) fill(old, item);
  return toPlace(old ?? item, chosen);
}

function putAll() {
  const chosen = choices();
  glide(() => {
    for (const item of waiting.values()) put(item, chosen);
    for (const item of rows().children) item.removeAttribute("style");
    while (rows().childElementCount > chosen.most && more()) rows().lastElementChild.remove();
  });
  waiting.clear();
  const count = rows().childElementCount;
  if (count === 0 || count > chosen.most || (more() && count < chosen.most / 2)) askAll();
}

// While somebody points at the list, rows change and none of them moves.
function putInPlace(item) {
  const old = document.getElementById(item.id);
  if (!old || !belongs(item, choices())) return;
  Object.assign(old.style, { height: `${old.offsetHeight}px`, overflow: "hidden" });
  fill(old, item);
}

/** How many conversations wait for the pointer to go before they come into the list. */
function announce() {
  const chosen = choices();
  const coming = [...waiting.values()].filter((item) => !document.getElementById(item.id) && belongs(item, chosen));
  const said = document.getElementById("new-rows");
  said.firstChild.textContent = coming.length ? said.dataset.text.replace("{n}", coming.length) : "";
}

// Of the lines that are shown; `counts` are of each line in the order of `lines`.
function tabs(lines, counts) {
  const { line } = choices();
  for (const tab of document.querySelectorAll("#tabs [data-view]")) {
    const shown = counts[tab.dataset.view].filter((_, place) => !line || lines[place] === line);
    const count = shown.reduce((sum, each) => sum + each, 0);
    const said = count > MOST ? `${MOST}+` : `${count || ""}`;
    for (const name of ["data-count", "aria-description"]) {
      if (said) tab.setAttribute(name, said);
      else tab.removeAttribute(name);
    }
  }
}

function badges(unread, waiting) {
  const total = Object.values(unread).reduce((sum, each) => sum + each, 0);
  document.getElementById("list-state").dataset.waiting = waiting;
  for (const badge of document.querySelectorAll("#lines .badge")) {
    const { line } = badge.closest("a").dataset;
    const count = line ? (unread[line] ?? 0) : total;
    badge.firstChild.data = count;
    badge.hidden = !count;
  }
}

function isPointed() {
  return moved !== 0 && Date.now() - moved < REST_MS;
}

function hear({ rows: drawn, gone, unread, waiting: count, views, counted }) {
  badges(unread, count);
  tabs(counted, views);
  if (!rows()) return askAll(); // an empty list says so
  if ("saved" in document.getElementById("list-state").dataset) return askSoon(); // Balie knows what belongs
  const chosen = choices();
  for (const html of drawn) {
    const item = fitted(html, chosen);
    waiting.set(item.id, item);
    if (isPointed()) putInPlace(item);
  }
  for (const id of gone) {
    waiting.delete(`r-${id}`);
    document.getElementById(`r-${id}`)?.remove();
  }
  if (!isPointed() && !gliding) putAll();
  announce();
  document.dispatchEvent(new CustomEvent("balie:listed"));
  return undefined;
}

function point() {
  moved = Date.now();
  releaseAfter(REST_MS);
}

function releaseAfter(ms) {
  clearTimeout(timer);
  timer = setTimeout(release, ms);
}

function release() {
  moved = 0;
  clearTimeout(timer);
  if (rows() && waiting.size && !gliding) putAll();
  announce();
  if (asked) askAll();
  asked = false;
}

// Rows that move glide there: they were drawn elsewhere, and nothing jumps.

function places() {
  return new Map([...(rows()?.children ?? [])].map((item) => [item.id, item.getBoundingClientRect().top]));
}

function glide(change) {
  const stood = places();
  change();
  glideFrom(stood);
}

function glideFrom(stood) {
  if (calm.matches || document.hidden) return;
  const glides = [];
  for (const [id, top] of places()) {
    const by = (stood.get(id) ?? top) - top;
    if (!by) continue;
    const frames = [{ transform: `translateY(${by}px)` }, { transform: "none" }];
    glides.push(document.getElementById(id).animate(frames, { duration: GLIDE_MS, easing: "ease-out" }).finished);
  }
  gliding = glides.length > 0;
  Promise.allSettled(glides).then(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    gliding = false; // the browser has drawn the rows at rest, or it would count the next as a jump
    if (rows() && waiting.size && !isPointed()) putAll();
  })));
}

// The whole list was asked for by the page, not by its reader.
function isOwn({ ctx }) {
  return ctx?.target === list && ctx.sourceElement === list;
}

if (list) {
  for (const name of ["pointermove", "pointerdown"]) {
    list.addEventListener(name, (event) => { if (event.target.closest("#rows")) point(); });
  }
  list.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType === "mouse") release();
    else if (moved) releaseAfter(TAP_MS);
  });
  document.addEventListener("balie:rows", (event) => hear(event.detail));
  document.addEventListener("balie:minute", askSoon);
  document.addEventListener("htmx:before:swap", (event) => { before = isOwn(event.detail) ? places() : null; });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target !== list) return;
    waiting.clear();
    announce();
    if (before) glideFrom(before);
    before = null;
  });
}
