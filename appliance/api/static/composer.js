// Writing: the bubble stands at once, the text is kept until Balie has it, in the order of typing.

const DRAFT_MS = 600;
const csrf = document.querySelector('meta[name="csrf"]').content;
const touch = matchMedia("(hover: none) and (pointer: coarse)").matches;

let queue = Promise.resolve(); // one request at a time: what is typed first arrives first
let timer = 0;
let saved = null;

const form = () => document.getElementById("composer");
const field = () => document.getElementById("text");

function post(address, values) {
  return fetch(address, {
    method: "POST",
    headers: {
      "X-CSRF-Token": csrf,
      "HX-Request": "true",
      "HX-Current-URL": location.href,
    },
    body: new URLSearchParams(values),
  });
}

function later(work) {
  queue = queue.then(work, work);
  return queue;
}

function refresh(id) {
  document.dispatchEvent(new CustomEvent("balie:refresh", { detail: id }));
}

// Sending

function bubble(key, text) {
  const item = document.getElementById("pending-bubble").content.firstElementChild.cloneNode(true);
  item.dataset.key = `b-${key}`;
  item.querySelector(".text").textContent = text;
  document.getElementById("pending").append(item);
  document.dispatchEvent(new CustomEvent("balie:to-end"));
  return item;
}

function note(html) {
  const place = document.getElementById("composer-note");
  if (place) place.innerHTML = html;
}

function send() {
  const box = form();
  const text = field().value;
  if (!text.trim()) return;
  if (characters(text) > Number(document.getElementById("count").dataset.most)) {
    count();
    document.getElementById("count").scrollIntoView({ block: "nearest" });
    return;
  }
  const key = crypto.randomUUID?.() ?? randomKey();
  const message = { text, client_id: key, to: box.elements.to?.value ?? "" };
  const item = bubble(key, text);
  note("");
  field().value = "";
  saved = "";
  clearTimeout(timer);
  grow();
  deliver(box.getAttribute("action"), message, item);
}

function deliver(address, message, item) {
  item.querySelector(".failed").hidden = true;
  later(async () => {
    let answer;
    try {
      answer = await post(address, message);
    } catch {
      answer = null;
    }
    if (answer?.ok) return refresh("messages");
    if (answer?.status === 401) return leave(answer, message.text);
    if (answer && [403, 404, 409, 422].includes(answer.status)) {
      giveBack(await answer.text(), message.text, item);
      if (answer.status === 403) keepHere(); // the page is too old; the next one finds the text
      return undefined;
    }
    const failed = item.querySelector(".failed");
    failed.hidden = false;
    // The same name again: Balie knows whether it has it already.
    failed.querySelector(".again").onclick = () => deliver(address, message, item);
    return undefined;
  });
}

// Refused: the bubble goes, the words come back, and the reason stands above them.
function giveBack(html, text, item) {
  const here = item.isConnected;
  item.remove();
  if (!here || !field()) return;
  field().value = field().value ? `${text}\n${field().value}` : text;
  note(html);
  changed();
  field().focus();
}

function leave(answer, text) {
  keepHere(text);
  location.assign(answer.headers.get("HX-Redirect") ?? "/login");
}

function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Drafts: on the server after a short pause; in this tab while nobody is logged in.

function storageKey() {
  return `draft:${form().dataset.conversation}`;
}

function keepHere(text = field()?.value) {
  if (form() && text) sessionStorage.setItem(storageKey(), text);
}

function saveDraft() {
  const box = form();
  if (!box || field().value === saved) return;
  const text = field().value;
  saved = text;
  const address = box.dataset.draft;
  later(async () => {
    try {
      const answer = await post(address, { text });
      if (answer.status === 401) leave(answer, text);
      else if (answer.status === 403) keepHere(text);
      else if (!answer.ok) saved = null;
      else refresh("list");
    } catch {
      saved = null;
    }
  });
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(saveDraft, DRAFT_MS);
  grow();
}

/** As the server counts: an emoji is one, where a script's own length says two. */
function characters(text) {
  return [...text].length;
}

function count() {
  const out = document.getElementById("count");
  const most = Number(out.dataset.most);
  const length = characters(field().value);
  out.textContent = length > most - 400 ? `${length} / ${most}` : "";
  out.classList.toggle("over", length > most);
}

function grow() {
  count();
  document.dispatchEvent(new CustomEvent("balie:typed"));
  if (CSS.supports("field-sizing", "content")) return;
  field().rows = Math.min(10, field().value.split("\n").length);
}

function ready() {
  if (!form()) return;
  const kept = sessionStorage.getItem(storageKey());
  if (kept) {
    sessionStorage.removeItem(storageKey());
    if (!field().value.includes(kept)) field().value = kept;
    saved = null;
    changed();
  } else {
    saved = field().value;
  }
  grow();
  if (!touch && document.activeElement?.closest?.(".row") == null) field().focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "composer") return;
  event.preventDefault();
  send();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "text") changed();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "text" || event.key !== "Enter") return;
  if (event.isComposing || event.keyCode === 229) return; // an input method is still at work
  const always = event.ctrlKey || event.metaKey;
  if (always || (!event.shiftKey && !touch)) {
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
document.addEventListener("balie:leaving", () => keepHere());
document.addEventListener("balie:back", () => {
  for (const button of document.querySelectorAll("#pending .failed:not([hidden]) .again")) button.click();
  saveDraft();
});
addEventListener("pagehide", () => {
  if (!form() || field().value === saved || saved === null && !field().value) return;
  fetch(form().dataset.draft, {
    method: "POST",
    keepalive: true,
    headers: { "X-CSRF-Token": csrf, "HX-Request": "true" },
    body: new URLSearchParams({ text: field().value }),
  }).catch(() => {});
});

ready();
