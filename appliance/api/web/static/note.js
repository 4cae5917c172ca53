// Notes for colleagues: a form of their own beside the composer, with a draft of its own.

import { attached, noteOf, putBack, take } from "./attach.js";
import { choices } from "./choices.js";
import { post } from "./requests.js";

const DRAFT_MS = 600;
const AT = /(^|\s)@([^\s@]*)$/; // the beginning of a colleague's name, up to the cursor

let timer = 0;
let saved = "";
let underWay = false; // a note with files: another Enter sends nothing twice

const pane = () => document.getElementById("composer-pane");
const form = () => document.getElementById("note-form");
const field = () => document.getElementById("note-text");

function tell(address, values) {
  return post(address, values, { keepalive: true }).catch(() => null);
}

function choose(mode, { focus = true } = {}) {
  pane().dataset.mode = mode;
  for (const name of ["reply", "note"]) {
    const tab = document.getElementById(`mode-${name}`);
    const chosen = name === mode;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(`${name}-pane`).hidden = !chosen;
  }
  if (focus) document.getElementById(mode === "note" ? "note-text" : "text")?.focus();
}

function saveDraft() {
  clearTimeout(timer);
  if (!form() || field().value === saved) return;
  saved = field().value;
  tell(form().dataset.draft, { text: saved });
}

function ready() {
  if (!form()) return;
  saved = field().value;
  tell(form().dataset.seen);
}

/** Where the name begins that is being typed; null where none is. */
function named() {
  const box = field();
  const found = box.selectionStart === box.selectionEnd && AT.exec(box.value.slice(0, box.selectionEnd));
  return found ? { word: found[2], start: box.selectionEnd - found[2].length } : null;
}

choices({
  field,
  list: () => document.getElementById("note-people"),
  address() {
    const found = field().dataset.colleagues && named();
    return found && `${field().dataset.colleagues}?${new URLSearchParams({ q: found.word })}`;
  },
  take(option) {
    const box = field();
    box.setRangeText(`${option.dataset.name} `, named()?.start ?? box.value.length, box.selectionEnd, "end");
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  },
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest('.modes [role="tab"]');
  if (tab) choose(tab.id === "mode-note" ? "note" : "reply");
});

document.addEventListener("keydown", (event) => {
  if (event.target.matches?.('.modes [role="tab"]') && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    choose(pane().dataset.mode === "note" ? "reply" : "note", { focus: false });
    document.querySelector('.modes [aria-selected="true"]').focus();
  }
  if (event.target.id !== "note-text" || event.key !== "Enter" || event.isComposing || event.shiftKey) return;
  if (document.documentElement.dataset.sends === "ctrl" && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  form().requestSubmit();
});

// A note that is posted again, because its answer was lost, is the same one; other words or files
// are another, and so is what follows a refusal.
function name() {
  form().elements.client_id.value ||= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  return form().elements.client_id.value;
}

function rename() {
  if (form()) form().elements.client_id.value = "";
}

document.addEventListener("submit", ({ target }) => { if (target.id === "note-form") name(); }, true);

// Files go with the text in a request of their own; without any, the form is sent as it stands.
document.addEventListener("submit", async (event) => {
  const { conversation } = document.getElementById("scroller")?.dataset ?? {};
  if (event.target.id !== "note-form" || !attached(noteOf(conversation)).length) return;
  event.preventDefault();
  event.stopPropagation();
  if (underWay) return;
  underWay = true;
  const text = field().value;
  const [address, client_id] = [form().dataset.files, name()];
  const files = take(noteOf(conversation));
  const shown = { bar: document.getElementById("note-way"), cancel: document.getElementById("note-cancel") };
  const { upload } = await import("./upload.js");
  const answer = await upload(address, { text, client_id }, files, shown);
  underWay = false;
  if (answer.ok && conversation === document.getElementById("scroller")?.dataset.conversation) return noted(text);
  if (answer.ok) return;
  putBack(noteOf(conversation), files);
  if (answer.status === 422) rename();
  if (answer.status === 401) return location.assign(answer.headers.get("HX-Redirect") ?? "/login");
  const { lost } = document.getElementById("toast").dataset;
  if (answer.status) document.getElementById("note-said").innerHTML = await answer.text();
  else if (!answer.stopped) document.dispatchEvent(new CustomEvent("balie:say", { detail: lost }));
}, true);

document.addEventListener("input", (event) => {
  if (event.target.id !== "note-text") return;
  rename();
  clearTimeout(timer);
  timer = setTimeout(saveDraft, DRAFT_MS);
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.id !== "note-form") return;
  if (ctx.response?.status === 204) noted();
  if (ctx.response?.status === 422) rename();
});
document.addEventListener("balie:note-files", rename);

// What was typed since, while files were on their way, stays.
function noted(text = field().value) {
  clearTimeout(timer);
  document.getElementById("note-said").replaceChildren();
  if (field().value === text) field().value = "";
  saved = "";
  rename();
  if (form().dataset.kept) sessionStorage.removeItem(`kept:${form().dataset.kept}`);
  document.dispatchEvent(new CustomEvent("balie:refresh", { detail: "messages" }));
}

document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") saveDraft();
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") ready();
});
addEventListener("pagehide", saveDraft);

ready();
