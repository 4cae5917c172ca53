// A file for the message that is being written: chosen, dropped or pasted, and checked for its size
// before anything is sent. One for each conversation, kept while this page is open.

const MB = 1024 * 1024;
const files = new Map(); // by conversation

const form = () => document.getElementById("composer");
const place = () => document.getElementById("attached");

export function attached(conversation) {
  return files.get(conversation) ?? null;
}

export function take(conversation) {
  const file = attached(conversation);
  files.delete(conversation);
  show();
  return file;
}

export function putBack(conversation, file) {
  if (file && !files.has(conversation)) files.set(conversation, file);
  show();
}

export function sizeOf(file) {
  return file.size < MB ? `${Math.max(1, Math.round(file.size / 1024))} kB` : `${(file.size / MB).toFixed(1)} MB`;
}

function limit(file) {
  return /^(image|audio|video)\//.test(file.type) ? 16 : 100;
}

function say(sentence) {
  const note = document.getElementById("attach-note");
  note.textContent = sentence;
  note.hidden = !sentence;
}

function attach(list) {
  const box = form();
  const [file] = list;
  if (!box || !file) return;
  const { tooLarge, one } = document.getElementById("attach-note").dataset;
  if (file.size > limit(file) * MB) {
    say(tooLarge.replace("{name}", file.name).replace("{n}", limit(file)));
    return;
  }
  files.set(box.dataset.conversation, file);
  show();
  say(list.length > 1 ? one : "");
  document.getElementById("text").focus();
}

function show() {
  const chip = place();
  if (!chip) return;
  const file = attached(form().dataset.conversation);
  chip.hidden = !file;
  chip.querySelector(".name").textContent = file?.name ?? "";
  chip.querySelector(".size").textContent = file ? sizeOf(file) : "";
  document.getElementById("attach").hidden = false; // without a script the form below does it
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#attach")) document.getElementById("file").click();
  if (event.target.closest("#attached .remove")) {
    files.delete(form().dataset.conversation);
    say("");
    show();
    document.getElementById("attach").focus();
  }
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
