// Texts that the office has ready: a slash at the beginning of a word finds them, and what Balie
// cannot fill is asked for. A text is put into the field; nothing is sent by it.

import { choices } from "./choices.js";
import { post } from "./requests.js";

const SLASH = /(^|\s)\/([^\s/]*)$/;

const field = () => document.querySelector("[data-texts]");
const list = () => document.getElementById("text-choices");

/** The slash with what stands behind it, up to the cursor; null where there is none. */
function typed() {
  const box = field();
  const end = box.selectionEnd;
  if (box.selectionStart !== end) return null;
  const found = SLASH.exec(box.value.slice(0, end));
  return found && { word: found[2], start: end - found[2].length - 1, end };
}

/** For whom it is, where no conversation says so: of a new one the form does. */
function about() {
  const { line, number } = field().form.elements;
  return line && number ? { line: line.value, number: number.value } : {};
}

function whose() {
  return JSON.stringify([field()?.dataset.texts, field() && about()]);
}

function address() {
  const found = typed();
  return found && `${field().dataset.texts}?${new URLSearchParams({ q: found.word, ...about() })}`;
}

async function take(id) {
  const found = typed();
  const from = whose();
  const answer = await post(`${field().dataset.texts}/${id}`, about()).catch(() => null);
  if (!answer?.ok) return say();
  await place(await answer.json(), found, from);
}

/** In the field, once it is filled; it is for this person alone. */
async function place({ text, missing }, found, from) {
  const filled = missing.length ? await fill(text, missing) : text;
  if (filled !== null && from === whose()) put(filled, found);
}

/** What a language model proposes is here already. */
function takeProposed({ words, missing }) {
  place({ text: words, missing: missing.split(" ").filter(Boolean) }, typed(), whose());
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

choices({ field, list, address, take: (option) => take(option.dataset.text) });

document.addEventListener("balie:text", (event) => take(event.detail));
document.addEventListener("click", (event) => {
  const asks = event.target.closest?.(".care-ask");
  if (asks && field()) put(asks.dataset.sentence);
  const suggested = event.target.closest?.("#suggestions [data-text]");
  if (suggested) take(suggested.dataset.text);
  const proposed = event.target.closest?.("#suggestions [data-words]");
  if (proposed) takeProposed(proposed.dataset);
});
