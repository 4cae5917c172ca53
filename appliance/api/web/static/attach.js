// The files for the message or the note that is being written: chosen, dropped or pasted, and
// checked for their size before anything is sent. Those of each conversation are kept while this page
// is open, and those of its note apart.

const MB = 1024 * 1024;
const MOST_MB = 100; // of one message: what Balie takes at once
const files = new Map(); // by conversation, those of a note under a name of their own
const heard = new WeakMap(); // the addresses of sound, by file

const conversation = () => document.getElementById("scroller")?.dataset.conversation;
const isNote = () => document.getElementById("composer-pane")?.dataset.mode === "note";
const part = (name, note = isNote()) => document.getElementById(note ? `note-${name}` : name);
const here = () => (isNote() ? noteOf(conversation()) : conversation());

/** The name under which the files of a note are kept. */
export function noteOf(conversation) {
  return `note:${conversation}`;
}

export function attached(conversation) {
  return files.get(conversation) ?? [];
}

export function take(conversation) {
  const taken = attached(conversation);
  files.delete(conversation);
  show();
  return taken;
}

export function putBack(conversation, list) {
  keep(conversation, [...list, ...attached(conversation)]);
  show();
}

function keep(conversation, list) {
  if (list.length) files.set(conversation, list);
  else files.delete(conversation);
}

export function sizeOf(file) {
  return file.size < MB ? `${Math.max(1, Math.round(file.size / 1024))} kB` : `${(file.size / MB).toFixed(1)} MB`;
}

function limit(file) {
  return /^(image|audio|video)\//.test(file.type) ? 16 : 100;
}

export function say(sentence) {
  const note = part("attach-note");
  if (!note) return;
  note.textContent = sentence;
  note.hidden = !sentence;
}

/** A file that this page made itself. */
export function add(conversation, file) {
  keep(conversation, [...attached(conversation), file]);
  show();
  document.getElementById("text")?.focus();
}

function attach(list) {
  if (!part("attached") || !list.length) return;
  const all = [...attached(here()), ...list];
  const refusal = refused(all);
  say(refusal);
  if (refusal) return;
  choose(all);
  part("text").focus();
}

// What the person wants to go along now.
function choose(list) {
  keep(here(), list);
  show();
  if (isNote()) document.dispatchEvent(new CustomEvent("balie:note-files"));
}

/** Why these cannot be the files of one message; empty where they can. */
function refused(all) {
  const { tooLarge, tooMany, tooMuch, most } = document.getElementById("file").dataset;
  const large = all.find((file) => file.size > limit(file) * MB);
  if (large) return tooLarge.replace("{name}", large.name).replace("{n}", limit(large));
  if (all.length > Number(most)) return tooMany;
  return all.reduce((sum, file) => sum + file.size, 0) > MOST_MB * MB ? tooMuch : "";
}

function show() {
  for (const note of [false, true]) {
    const list = part("attached", note);
    if (!list) continue;
    const all = attached(note ? noteOf(conversation()) : conversation());
    list.hidden = !all.length;
    list.replaceChildren(...all.map(chip));
    part("attach", note).hidden = false; // without a script the form below does it
    if (note) continue;
    document.getElementById("files-fate").hidden = !all.length;
    document.getElementById("record").hidden = false;
  }
}

function chip(file) {
  const item = document.getElementById("attached-file").content.firstElementChild.cloneNode(true);
  item.querySelector(".name").textContent = file.name;
  item.querySelector(".size").textContent = sizeOf(file);
  item.querySelector(".remove .visually-hidden").textContent = file.name;
  item.querySelector(".remove").onclick = () => remove(file);
  if (file.type.startsWith("audio/")) listen(item, file);
  return item;
}

// One can hear it before it is sent.
function listen(item, file) {
  const player = item.querySelector("audio");
  if (!heard.has(file)) heard.set(file, URL.createObjectURL(file));
  player.src = heard.get(file);
  player.hidden = item.querySelector(".sound").hidden = false;
}

function remove(file) {
  say("");
  choose(attached(here()).filter((each) => each !== file));
  (part("attached").querySelector(".remove") ?? part("attach")).focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#attach, #note-attach")) document.getElementById("file").click();
  if (event.target.closest("#record")) import("./record.js").then(({ press }) => press());
});

document.addEventListener("change", (event) => {
  if (event.target.id !== "file") return;
  attach(event.target.files);
  event.target.value = ""; // the same one can be chosen again
});

document.addEventListener("paste", (event) => {
  if (!["text", "note-text"].includes(event.target.id) || !event.clipboardData.files.length) return;
  event.preventDefault();
  attach(event.clipboardData.files);
});

document.addEventListener("dragover", (event) => {
  if (part("attached") && event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!part("attached") || !event.dataTransfer.files.length) return;
  event.preventDefault();
  attach(event.dataTransfer.files);
});

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") show();
});

// A browser keeps no file for the next page, so it asks first.
addEventListener("beforeunload", (event) => {
  if (files.size) event.preventDefault();
});

show();
