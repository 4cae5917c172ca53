// Who else looks at the open conversation and who types there; and that somebody is here.

import { post } from "./requests.js";

const BEAT_MS = 50000;
const TYPES_MS = 3000; // typing is told at most this often

const around = new Map(); // by conversation: who else is there
let at = ""; // the conversation that Balie was told of
let typed = 0;

const open = () => document.getElementById("open")?.value ?? "";

function tell(conversation, what) {
  post(`/c/${conversation}/here`, { what }, { keepalive: true }).catch(() => {});
}

function look() {
  if (at && at !== open()) tell(at, "leaves");
  at = document.hidden ? "" : open();
  if (at) tell(at, "looks");
  show();
}

function leave() {
  if (at) tell(at, "leaves");
  at = "";
}

function show() {
  const place = document.getElementById("presence");
  if (!place) return;
  const people = around.get(open()) ?? [];
  const said = (names, text) => (names.length ? text.replace("{name}", names.join(", ")) : "");
  const types = people.filter(({ typing }) => typing).map(({ name }) => name);
  const looks = people.filter(({ typing }) => !typing).map(({ name }) => name);
  place.textContent = [said(types, place.dataset.types), said(looks, place.dataset.looks)].filter(Boolean).join(" · ");
}

document.addEventListener("balie:presence", ({ detail: { conversation, people } }) => {
  around.set(conversation, people);
  show();
});
document.addEventListener("input", (event) => {
  if (!["text", "note-text"].includes(event.target.id) || !open()) return;
  if (Date.now() - typed < TYPES_MS) return;
  typed = Date.now();
  tell(open(), "types");
});
document.addEventListener("balie:accepted", () => {
  typed = 0;
  if (open()) tell(open(), "sent");
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") look();
});
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : look()));
addEventListener("pagehide", leave);
if (document.getElementById("live")) {
  setInterval(() => { if (at) tell(at, "looks"); }, BEAT_MS);
  look();
}
