// Texts that the office has ready: a slash at the beginning of a word finds them, and what Balie
// cannot fill is asked for. A text is put into the field; nothing is sent by it.

import { post } from "./requests.js";

const SLASH = /(^|\s)\/([^\s/]*)$/;

const field = () => document.getElementById("text");
const list = () => document.getElementById("text-choices");
const chosen = () => list()?.querySelector('[aria-selected="true"]');
const place = () => `/c/${document.getElementById("composer").dataset.conversation}/texts`;

let asked = 0; // only the answer to what was typed last is shown

/** The slash with what stands behind it, up to the cursor; null where there is none. */
function typed() {
  const box = field();
  const end = box.selectionEnd;
  if (box.selectionStart !== end) return null;
  const found = SLASH.exec(box.value.slice(0, end));
  return found && { word: found[2], start: end - found[2].length - 1, end };
}

async function look() {
  const found = typed();
  const turn = ++asked;
  if (!found || !list()) return close();
  const answer = await fetch(`${place()}?q=${encodeURIComponent(found.word)}`, { headers: { "HX-Request": "true" } })
    .catch(() => null);
  if (turn !== asked || !list()) return;
  if (!answer?.ok) return close();
  list().innerHTML = await answer.text();
  list().hidden = !list().children.length;
  choose(list().firstElementChild);
}

function close() {
  if (!list()) return;
  list().hidden = true;
  list().replaceChildren();
  field()?.removeAttribute("aria-activedescendant");
  field()?.removeAttribute("aria-controls");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) return close();
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field().setAttribute("aria-controls", list().id);
  field().setAttribute("aria-activedescendant", option.id);
}

async function take(id) {
  const found = typed();
  const from = place();
  close();
  asked += 1;
  const answer = await post(`${place()}/${id}`).catch(() => null);
  if (!answer?.ok) return say();
  const { text, missing } = await answer.json();
  const filled = missing.length ? await fill(text, missing) : text;
  if (filled !== null && from === place()) put(filled, found); // it is for this person alone
}

function say() {
  const { lost } = document.getElementById("toast").dataset;
  document.dispatchEvent(new CustomEvent("balie:say", { detail: lost }));
}

/** Null where somebody thinks better of it. */
function fill(text, missing) {
  const dialog = document.getElementById("fill");
  const inputs = missing.map((name, at) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.htmlFor = input.id = `fill-${at}`;
    label.textContent = dialog.dataset.field.replace("{name}", `{${name}}`);
    Object.assign(input, { required: true, autocomplete: "off", dir: "auto", pattern: ".*\\S.*" });
    return [label, input];
  });
  document.getElementById("fill-fields").replaceChildren(...inputs.flat());
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      const values = Object.fromEntries(missing.map((name, at) => [name, inputs[at][1].value.trim()]));
      const put = dialog.returnValue === "put";
      done(put ? text.replace(/\{([^{}\s]+)\}/gu, (whole, name) => values[name] ?? whole) : null);
    }, { once: true });
  });
}

/** In place of the slash and what was typed behind it; without one, or where the words are others
    by now, at the end. */
function put(text, found) {
  const box = field();
  const there = found && box.value.slice(found.start, found.end) === `/${found.word}`;
  const [start, end] = there ? [found.start, found.end] : [box.value.length, box.value.length];
  box.focus();
  box.setRangeText(text, start, end, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// Before the composer hears of a key: Enter would send.
document.addEventListener("keydown", (event) => {
  if (event.target !== field() || !list() || list().hidden || event.isComposing) return;
  const keys = {
    ArrowDown: () => choose(chosen()?.nextElementSibling ?? list().firstElementChild),
    ArrowUp: () => choose(chosen()?.previousElementSibling ?? list().lastElementChild),
    Enter: () => take(chosen().dataset.text),
    Tab: () => take(chosen().dataset.text),
    Escape: close,
  };
  if (!Object.hasOwn(keys, event.key) || event.shiftKey || event.ctrlKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  keys[event.key]();
}, true);

document.addEventListener("input", (event) => {
  if (event.target === field()) look();
});
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.("#text-choices")) event.preventDefault(); // the field keeps the cursor
});
document.addEventListener("balie:text", (event) => take(event.detail));
document.addEventListener("click", (event) => {
  const asks = event.target.closest?.(".care-ask");
  if (asks && field()) put(asks.dataset.sentence);
  const option = event.target.closest?.("#text-choices [data-text], #suggestions [data-text]");
  if (option) take(option.dataset.text);
  else if (event.target !== field()) close();
});
