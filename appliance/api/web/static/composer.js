// Writing: the bubble stands at once, the text is kept until Balie has it, in the order of typing.

import { attached, putBack, sizeOf, take } from "./attach.js";
import { forgetDraft, joined, keepBelow, keepDraft, keepText, takeText } from "./kept.js";
import { putBackQuote, quoted, takeQuote } from "./quote.js";
import { csrf, postTyped } from "./requests.js";
import { chooseChannel, plan, takeChannel, timing } from "./sending.js";
import { isTooLong } from "./sms-length.js";

const DRAFT_MS = 600;
const AGAIN_MS = 2000; // until what did not get through is tried again; each time twice as long
const AGAIN_AT_MOST_MS = 60000;
const NEAR_PX = 100;
const LEFT = "under-way"; // where a page leaves for the next one what Balie did not answer
const REFUSED = '#composer-note :is([data-code="opted-out"], [data-code="blocked"], [data-code="consent-required"])';
const touch = matchMedia("(hover: none) and (pointer: coarse)").matches;

let queue = Promise.resolve(); // one request at a time: what is typed first arrives first
let timer = 0;
let saved = null;
let leaving = false; // for the log-in: until the page is gone somebody may still type
const underWay = new Map(); // by key: what was sent and Balie has not taken or given back
const drafts = new Map(); // by conversation: what was typed there and is on its way to Balie

const form = () => document.getElementById("composer");
const field = () => document.getElementById("text");

/** Whether nothing has come from Balie for a while. */
function isLost() {
  return !navigator.onLine || document.getElementById("live")?.hasAttribute("data-lost");
}

function later(work) {
  queue = queue.then(work, work);
  return queue;
}

function refresh(id) {
  document.dispatchEvent(new CustomEvent("balie:refresh", { detail: id }));
}

// Sending

function bubble(key, { text, quotes }, files = []) {
  const item = document.getElementById("pending-bubble").content.firstElementChild.cloneNode(true);
  item.dataset.key = `b-${key}`;
  item.querySelector(".quoted").textContent = quoted(quotes);
  item.querySelector(".quoted").hidden = !quoted(quotes);
  item.querySelector(".text").textContent = text;
  item.querySelector(".text").hidden = !text;
  item.querySelector(".file").hidden = !files.length;
  item.querySelector(".file").textContent = files.map((file) => `${file.name}, ${sizeOf(file)}`).join("\n");
  return item;
}

// What is under way in this conversation stands below its messages, also when they are drawn anew;
// what Balie has, though its answer was lost, stands among these already.
function showUnderWay() {
  for (const { conversation, item } of underWay.values()) {
    const isKept = document.getElementById(item.dataset.key);
    if (conversation === form().dataset.conversation && !isKept) document.getElementById("pending").append(item);
  }
}

function note(html) {
  const place = document.getElementById("composer-note");
  if (place) place.innerHTML = html;
}

function send() {
  const box = form();
  const text = field().value;
  if (!text.trim() && !attached(box.dataset.conversation).length) return;
  if (isTooLong()) {
    document.getElementById("count").scrollIntoView({ block: "nearest" });
    return;
  }
  const key = crypto.randomUUID?.() ?? randomKey();
  const files = take(box.dataset.conversation);
  const to = box.elements.to?.value ?? "";
  const message = { text, client_id: key, to, channel: takeChannel(), quotes: takeQuote(), ...timing(box) };
  underWay.set(key, {
    address: files.length ? box.dataset.files : box.getAttribute("action"),
    conversation: box.dataset.conversation,
    message,
    files,
    item: bubble(key, message, files),
  });
  keepUnderWay();
  showUnderWay();
  document.dispatchEvent(new CustomEvent("balie:to-end"));
  note("");
  field().value = "";
  saved = "";
  drafts.delete(box.dataset.conversation);
  forgetDraft(box.dataset.conversation);
  clearTimeout(timer);
  grow();
  deliver(key);
}

function deliver(key) {
  const sent = underWay.get(key);
  const { address, conversation, message, files, item } = sent;
  const failed = item.querySelector(".failed");
  failed.hidden = true;
  clearTimeout(sent.again);
  later(async () => {
    let answer;
    try {
      answer = files.length ? await sendFiles(address, message, files, item) : await postTyped(address, message);
    } catch {
      answer = null;
    }
    if (answer?.stopped) return giveBack(key, "", 0);
    if (answer?.ok) {
      underWay.delete(key);
      keepUnderWay();
      if (form()?.dataset.conversation === conversation && field().value) {
        saved = null; // the server forgets the draft with what was sent, also one of later words
        changed();
      }
      const id = answer.headers.get("X-Message");
      document.dispatchEvent(new CustomEvent("balie:accepted", { detail: { id, message, files, conversation } }));
      return refresh("messages");
    }
    if (answer?.status === 401) return leave(answer);
    if (answer && [403, 404, 409, 413, 415, 422].includes(answer.status)) {
      return giveBack(key, await answer.text(), answer.status);
    }
    failed.querySelector(".by-itself").hidden = !mayPass(answer);
    reveal(failed);
    // The same name again: Balie knows whether it has it already.
    failed.querySelector(".again").onclick = () => deliver(key);
    if (mayPass(answer)) {
      const { waitMs = AGAIN_MS } = sent;
      sent.again = setTimeout(deliver, waitMs, key);
      sent.waitMs = Math.min(2 * waitMs, AGAIN_AT_MOST_MS);
    }
    return undefined;
  });
}

// What few messages need is loaded for the first of them.
async function sendFiles(address, message, files, item) {
  const { upload } = await import("./upload.js");
  return upload(address, message, files, shownIn(item));
}

// Whoever sees the end of the thread sees what is said below it.
function reveal(line) {
  const box = document.getElementById("scroller");
  const atEnd = box && box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
  line.hidden = false;
  if (atEnd) line.scrollIntoView({ block: "nearest" });
}

/** Whether what failed may be over at another try: no answer came, or Balie was busy. */
function mayPass(answer) {
  return !answer?.status || [408, 429].includes(answer.status) || answer.status >= 500;
}

function shownIn(item) {
  return { bar: item.querySelector("progress"), cancel: item.querySelector(".cancel") };
}

// Refused: the bubble goes, the words come back, and the reason stands above them. Where another
// conversation is open meanwhile, the words wait in theirs.
function giveBack(key, html, status) {
  const { conversation, message, files, item } = underWay.get(key);
  const here = form()?.dataset.conversation === conversation;
  underWay.delete(key);
  keepUnderWay();
  item.remove();
  putBack(conversation, files);
  if (!here) {
    keepBelow(conversation, message.text);
    document.dispatchEvent(new CustomEvent("balie:say", { detail: html }));
    return;
  }
  field().value = joined([message.text, field().value]);
  putBackQuote(message.quotes);
  plan(message.not_before, message.planned);
  if (message.channel) chooseChannel(message.channel);
  note(html);
  changed();
  field().focus();
  if (status === 403) keepHere(); // the page is too old; the next one finds the text
}

function leave(answer) {
  document.dispatchEvent(new CustomEvent("balie:leaving"));
  location.assign(answer.headers.get("HX-Redirect") ?? "/login");
}

function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Drafts: on the server after a short pause; in this tab while nobody is logged in.

// What was sent and not taken, and what was typed: in each conversation in the order of typing.
function keepHere() {
  const texts = new Map();
  const add = (conversation, text) => texts.set(conversation, [...(texts.get(conversation) ?? []), text]);
  for (const { conversation, message } of underWay.values()) add(conversation, message.text);
  if (form()) add(form().dataset.conversation, field().value);
  for (const [conversation, each] of texts) keepText(conversation, joined(each));
  sessionStorage.removeItem(LEFT); // the words wait for a person
}

// At once: a browser may be closed, or end a page late.
function keepUnderWay() {
  const sent = [...underWay].filter(([, { files }]) => !files.length).map(
    ([key, { address, conversation, message }]) => ({ key, address, conversation, message }),
  );
  if (sent.length) sessionStorage.setItem(LEFT, JSON.stringify({ csrf, sent }));
  else sessionStorage.removeItem(LEFT);
}

// The page goes, and with it every answer; a browser may fail what is under way before it says so.
// So all of it is sent once more under the same name, which Balie knows if it has it, and the next
// page asks again: see `takeUp`.
function letGo() {
  // A page cannot hand a file over to the next one: its words wait there as a draft.
  for (const { conversation, message, files } of underWay.values()) {
    if (files.length) keepBelow(conversation, message.text);
  }
  keepUnderWay();
  for (const { address, message, files } of underWay.values()) {
    if (!files.length) postTyped(address, message).catch(() => {});
  }
}

// What the page before this one had under way. Who logged in since sends nothing for another.
function takeUp() {
  const left = sessionStorage.getItem(LEFT);
  if (!left) return;
  const { csrf: theirs, sent } = JSON.parse(left);
  for (const { key, ...each } of sent) {
    if (underWay.has(key)) continue; // this page's own
    if (theirs === csrf) {
      underWay.set(key, { ...each, files: [], item: bubble(key, each.message) });
      deliver(key);
    } else keepBelow(each.conversation, each.message.text);
  }
  keepUnderWay();
}

function saveDraft() {
  const box = form();
  if (!box || field().value === saved) return;
  const text = field().value;
  const quotes = box.elements.quotes.value;
  saved = text;
  const { draft: address, conversation } = box.dataset;
  drafts.set(conversation, text);
  later(async () => {
    try {
      const answer = await postTyped(address, { text, quotes });
      if (answer.ok) {
        forgetDraft(conversation);
        return refresh("list");
      }
      if (answer.status === 403 || answer.status === 401) {
        keepText(conversation, text); // another one may be open by now
        keepHere();
      }
      if (answer.status === 401) return leave(answer);
      if (answer.status !== 403) { // else the page is too old; the next one finds the text
        saved = null;
        if (drafts.get(conversation) === text) keepDraft(conversation, text);
      }
    } catch {
      saved = null;
      if (drafts.get(conversation) === text) keepDraft(conversation, text); // else it was sent meanwhile
    } finally {
      if (drafts.get(conversation) === text) drafts.delete(conversation);
    }
  });
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(saveDraft, DRAFT_MS);
  grow();
}

function grow() {
  isTooLong();
  document.dispatchEvent(new CustomEvent("balie:typed"));
  if (CSS.supports("field-sizing", "content")) return;
  field().rows = Math.min(10, field().value.split("\n").length);
}

function ready() {
  if (!form()) return takeFocus();
  takeUp();
  showUnderWay();
  const { conversation } = form().dataset;
  field().value = drafts.get(conversation) ?? field().value; // the thread may be older
  const kept = takeText(conversation);
  if (kept) {
    if (!field().value.includes(kept)) {
      field().value = kept.includes(field().value) ? kept : joined([kept, field().value]);
    }
    saved = null;
    changed();
  } else {
    saved = field().value;
  }
  grow();
  takeFocus();
}

// Who opens a conversation writes in it. On a touch screen the keyboard would cover it.
function takeFocus() {
  if (touch || document.activeElement?.closest?.("#contact-pane, dialog, .line")) return;
  const first = field() ?? document.getElementById("to-number");
  (first ?? document.querySelector('.row[aria-current="true"]'))?.focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "composer") return;
  event.preventDefault();
  send();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "text") changed();
});

document.addEventListener("balie:quoted", () => {
  saved = null;
  changed();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "text" || event.key !== "Enter") return;
  if (event.isComposing || event.keyCode === 229) return; // an input method is still at work
  const always = event.ctrlKey || event.metaKey;
  const alone = document.documentElement.dataset.sends !== "ctrl";
  if (always || (alone && !event.shiftKey && !touch)) {
    event.preventDefault();
    send();
  }
});

// Another conversation is opened: what was typed here goes to the server first.
document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") {
    clearTimeout(timer);
    saveDraft();
  }
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") ready();
});

// Whether one may write changes while somebody writes. What a try was told is over when nothing is
// in the way any more; a field that is there no longer, or only now, comes with the whole thread.
document.addEventListener("htmx:after:swap", (event) => {
  const verdict = event.detail.ctx?.target;
  if (verdict?.id !== "verdict") return;
  if (!verdict.querySelector(".note") && document.querySelector(REFUSED)) note("");
  if (Boolean(verdict.querySelector("[data-no-field]")) !== Boolean(form())) return;
  const { conversation } = document.getElementById("scroller").dataset;
  htmx.ajax("GET", `/c/${conversation}`, { target: "#thread-pane", swap: "innerHTML" });
});
document.addEventListener("balie:leaving", () => {
  leaving = true;
  keepHere();
});
document.addEventListener("balie:back", () => {
  for (const [key, { item }] of underWay) if (!item.querySelector(".failed").hidden) deliver(key);
  later(async () => saveDraft()); // what was on its way has failed by then
});
addEventListener("pagehide", () => {
  if (leaving) return keepHere();
  letGo();
  if (!form()) return;
  const { conversation } = form().dataset;
  if (isLost() || drafts.has(conversation)) keepDraft(conversation, field().value);
  if (field().value === saved || saved === null && !field().value) return;
  postTyped(form().dataset.draft, { text: field().value, quotes: form().elements.quotes.value }).catch(() => {});
});

ready();
