// When a message leaves, and how: at once, with some seconds to think again, or at a time that was
// chosen; by the channel that was.

import { putBack } from "./attach.js";
import { keepBelow } from "./kept.js";
import { putBackQuote } from "./quote.js";
import { post } from "./requests.js";

const UNDO_MS = 5000;
const BEGUN = "begun"; // where the form of a new conversation leaves for the next page what was sent

let held = null; // what was sent last and may be taken back
let timer = 0;

const box = () => document.getElementById("composer");

/** What Balie is told of the time; it counts for one message. */
export function timing(form) {
  const { began = "", anyway = "" } = form.dataset;
  const not_before = form.elements.not_before?.value ?? "";
  const { planned = "" } = form.dataset;
  delete form.dataset.began;
  delete form.dataset.anyway;
  plan("");
  return { not_before, planned, undo: "1", began, anyway };
}

// Whoever begins to write has seen what stands in the thread.
function begin() {
  if (!box()) return;
  const empty = !document.getElementById("text").value;
  if (empty) delete box().dataset.began;
  else box().dataset.began ??= document.getElementById("message-list")?.dataset.newest ?? "";
}

/** When the next message is to leave; `label` is how that reads. */
export function plan(value, label = "") {
  const place = document.getElementById("planned");
  if (!place) return;
  box().elements.not_before.value = value;
  box().dataset.planned = label;
  place.hidden = !value;
  const said = place.querySelector("[data-text]");
  said.textContent = said.dataset.text.replace("{time}", label);
}

/** The channel that was chosen counts for one message. */
export function takeChannel() {
  const channel = box().elements.channel?.value ?? "";
  chooseChannel("auto");
  return channel;
}

export function chooseChannel(name) {
  const select = box()?.elements.channel;
  if (!select || select.value === name) return;
  select.value = name;
  showChannel(select);
}

function showChannel(select) {
  select.toggleAttribute("data-auto", select.value === "auto");
  document.dispatchEvent(new CustomEvent("balie:refresh", { detail: "fate" }));
}

function choose(button) {
  const field = document.getElementById("plan-at");
  const own = button.dataset.plan === "at";
  if (own && !field.value) return field.focus();
  const day = { dateStyle: "medium", timeStyle: "short" };
  const label = own
    ? new Date(field.value).toLocaleString(document.documentElement.lang, day)
    : button.textContent;
  plan(own ? field.value : button.dataset.plan, label);
  document.getElementById("send-later").hidePopover();
  return document.getElementById("text").focus();
}

function offer(detail, left = UNDO_MS) {
  clearTimeout(timer);
  held = detail;
  const bar = document.getElementById("undo-send");
  if (!bar) return;
  bar.hidden = false;
  timer = setTimeout(() => { held = null; bar.hidden = true; }, left);
}

// The first message of a conversation can be taken back on the page that shows it.
function takeUp() {
  const { until = 0, ...sent } = JSON.parse(sessionStorage.getItem(BEGUN) ?? "{}");
  sessionStorage.removeItem(BEGUN);
  const left = until - Date.now();
  if (left > 0 && sent.conversation === box()?.dataset.conversation) offer(sent, left);
}

async function undo() {
  const { id, message, files, conversation } = held;
  document.getElementById("undo-send").hidden = true;
  const answer = await post(`/messages/${id}/cancel`).catch(() => null);
  if (!answer?.ok) {
    if (answer) document.getElementById("composer-note").innerHTML = await answer.text();
    return;
  }
  putBack(conversation, files);
  if (conversation !== box()?.dataset.conversation) {
    keepBelow(conversation, message.text);
    return;
  }
  const field = document.getElementById("text");
  field.value = [message.text, field.value].filter(Boolean).join("\n");
  putBackQuote(message.quotes);
  if (message.channel) chooseChannel(message.channel);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

document.addEventListener("balie:accepted", ({ detail }) => {
  const here = detail.conversation === box()?.dataset.conversation;
  if (here && detail.id && !detail.message.not_before) offer(detail);
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const id = ctx.sourceElement.id === "new" && ctx.response?.headers.get("X-Message");
  if (!id) return;
  const conversation = ctx.response.headers.get("HX-Redirect").replace("/c/", "");
  const message = { text: ctx.sourceElement.elements.text.value, quotes: "" };
  const until = Date.now() + UNDO_MS;
  sessionStorage.setItem(BEGUN, JSON.stringify({ id, message, files: [], conversation, until }));
});

document.addEventListener("input", (event) => {
  if (event.target.id === "text") begin();
});

document.addEventListener("change", ({ target }) => {
  if (target.form?.id === "composer" && target.name === "channel") showChannel(target);
});

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-plan]");
  if (chosen) choose(chosen);
  if (event.target.id === "plan-now") plan("");
  if (event.target.id === "undo-button" && held) undo();
  if (event.target.id === "send-anyway") {
    box().dataset.anyway = "1";
    box().requestSubmit();
  }
});

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") {
    held = null;
    begin();
  }
});
begin();
takeUp();
