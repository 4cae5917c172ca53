// The open thread: where it is scrolled to, older messages, and what counts as read.

import { post } from "./requests.js";

const NEAR_PX = 100;

let held = null; // what stood where before a swap
let marked = "";
let seeks = false; // for the message that the address names
let settled = ""; // the conversation that was scrolled to its place

const scroller = () => document.getElementById("scroller");
const list = () => document.getElementById("message-list");
const below = () => document.getElementById("below");

function nearEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
}

// The end of the thread is not there after a jump into it: then it is asked for.
function toEnd() {
  const box = scroller();
  if (!box) return;
  box.scrollTop = box.scrollHeight;
  const newer = document.getElementById("newer");
  if (!newer) return;
  newer.dataset.asked = "";
  document.getElementById("thread-state").elements.since.value = "";
  document.dispatchEvent(new CustomEvent("balie:refresh", { detail: "messages" }));
}

function toDivider() {
  const box = scroller();
  const divider = document.getElementById("divider");
  if (divider) {
    box.scrollTop += divider.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
  }
  return divider != null;
}

function firstVisible(box) {
  const top = box.getBoundingClientRect().top;
  for (const item of box.querySelectorAll("#message-list > .line")) {
    const place = item.getBoundingClientRect();
    if (place.bottom > top) return { id: item.id, offset: place.top - top };
  }
  return null;
}

/** The message that the address names. */
function named() {
  return location.hash.startsWith("#m-") ? location.hash.slice(3) : "";
}

function showNamed() {
  const bubble = document.getElementById(`m-${named()}`);
  if (!bubble) return false;
  for (const each of document.querySelectorAll(".bubble.named")) each.classList.remove("named");
  bubble.classList.add("named");
  const line = bubble.closest(".line");
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
  const box = scroller();
  box.scrollTop += bubble.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
  return true;
}

/** One that is further up is fetched with what stands around it. */
function toNamed() {
  if (!named() || !scroller()) return false;
  if (showNamed()) return true;
  const messages = document.getElementById("messages");
  const { divider } = document.getElementById("thread-state").elements;
  const asked = new URLSearchParams({ around: named(), divider: divider.value });
  seeks = true;
  htmx.ajax("GET", `/c/${scroller().dataset.conversation}/messages?${asked}`, {
    target: messages, swap: "innerMorph", source: messages,
  });
  return false;
}

function open() {
  const box = scroller();
  if (!box || settled === box.dataset.conversation) return;
  settled = box.dataset.conversation;
  marked = "";
  if (!toNamed() && !toDivider() && !document.getElementById("newer")) toEnd();
  showBelow(false);
  markRead();
}

function showBelow(isNew) {
  const box = scroller();
  const button = below();
  if (!box || !button) return;
  if (isNew) button.classList.add("new");
  const atEnd = nearEnd(box) && !document.getElementById("newer");
  if (atEnd) button.classList.remove("new");
  button.hidden = atEnd;
}

// Read is what somebody can have seen: the end of the thread, in a window that is in front.
function markRead() {
  const box = scroller();
  const newest = list()?.dataset.newest;
  if (!box || !newest || newest === marked || document.hidden || !document.hasFocus()) return;
  if (!nearEnd(box) || box.offsetParent === null) return;
  marked = newest;
  post(`/c/${box.dataset.conversation}/read`, { message: newest }).catch(() => { marked = ""; });
}

// A bubble drawn at once goes when the server's own, with the same name, stands in the list.
function dropArrived() {
  for (const item of document.querySelectorAll("#pending > li")) {
    if (list()?.querySelector(`#${CSS.escape(item.dataset.key)}`)) item.remove();
  }
}

function part(tasks) {
  return tasks[0]?.fragment.querySelector("#thread-state")?.dataset.part;
}

document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.ctx?.target?.id !== "messages") return;
  const box = scroller();
  held = {
    end: nearEnd(box) && part(event.detail.tasks) !== "newer",
    newest: list()?.dataset.newest,
    at: firstVisible(box),
    jumps: event.detail.ctx.sourceElement.id === "first-unread",
  };
});

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx?.target;
  if (target?.id === "thread-pane") {
    settled = "";
    open();
    return;
  }
  if (target?.id !== "messages" || !held) return;
  const box = scroller();
  dropArrived();
  if (seeks && showNamed()) {
    seeks = false;
  } else if (held.jumps) {
    toDivider();
  } else if (held.end) {
    box.scrollTop = box.scrollHeight;
  } else if (held.at) {
    const item = document.getElementById(held.at.id);
    if (item) box.scrollTop += item.getBoundingClientRect().top - box.getBoundingClientRect().top - held.at.offset;
    else toEnd();
  }
  showBelow(held.newest !== list()?.dataset.newest && !held.end);
  held = null;
  markRead();
});

document.addEventListener("scroll", (event) => {
  if (event.target !== scroller()) return;
  showBelow(false);
  markRead();
  if (event.target.scrollTop < NEAR_PX) more("older");
  if (nearEnd(event.target)) more("newer");
}, true);

function more(id) {
  const way = document.getElementById(id);
  if (!way || "asked" in way.dataset) return;
  way.dataset.asked = "";
  way.click();
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("#below")) toEnd();
});
document.addEventListener("balie:to-end", toEnd);
document.addEventListener("visibilitychange", markRead);
addEventListener("focus", markRead);
addEventListener("hashchange", toNamed);

open();
