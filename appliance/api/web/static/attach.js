// The files for the message that is being written: chosen, dropped or pasted, and checked for their
// size before anything is sent. Those of each conversation are kept while this page is open.

const MB = 1024 * 1024;
const MOST_MB = 100; // of one message: what Balie takes at once
const files = new Map(); // by conversation
const heard = new WeakMap(); // the addresses of sound, by file

const form = () => document.getElementById("composer");
const place = () => document.getElementById("attached");

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
  const note = document.getElementById("attach-note");
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
  const box = form();
  if (!box || !list.length) return;
  const { conversation } = box.dataset;
  const all = [...attached(conversation), ...list];
  const refusal = refused(all);
  say(refusal);
  if (refusal) return;
  keep(conversation, all);
  show();
  document.getElementById("text").focus();
}

/** Why these cannot be the files of one message; empty where they can. */
function refused(all) {
  const { tooLarge, tooMany, tooMuch, most } = document.getElementById("attach-note").dataset;
  const large = all.find((file) => file.size > limit(file) * MB);
  if (large) return tooLarge.replace("{name}", large.name).replace("{n}", limit(large));
  if (all.length > Number(most)) return tooMany;
  return all.reduce((sum, file) => sum + file.size, 0) > MOST_MB * MB ? tooMuch : "";
}

function show() {
  const list = place();
  if (!list) return;
  const all = attached(form().dataset.conversation);
  list.hidden = document.getElementById("files-fate").hidden = !all.length;
  list.replaceChildren(...all.map(chip));
  document.getElementById("attach").hidden = false; // without a script the form below does it
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
  const { conversation } = form().dataset;
  keep(conversation, attached(conversation).filter((each) => each !== file));
  say("");
  show();
  (place().querySelector(".remove") ?? document.getElementById("attach")).focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#attach")) document.getElementById("file").click();
});

document.addEventListener("change", (event) => {
  if (event.target.id !== "file") return;
  attach(event.target.files);
  event.target.value = ""; // the same one can be chosen again
});

document.addEventListener("paste", (event) => {
  if (event.target.id !== "text" || !event.clipboardData.files.length) return;
  event.preventDefault();
  attach(event.clipboardData.files);
});

document.addEventListener("dragover", (event) => {
  if (form() && event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!form() || !event.dataTransfer.files.length) return;
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
