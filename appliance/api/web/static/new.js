// A new conversation: whom it is to is found by name or number. Loaded with the first one.

import { choices } from "./choices.js";
import "./copy.js";

const FEW = 2; // letters or digits; fewer fit too many
const field = () => document.getElementById("to-number");
const list = () => document.getElementById("to-people");
const isName = () => /\p{L}/u.test(field().value);

function address() {
  const typed = field().value.trim();
  if ([...typed].length < FEW) return null;
  return `${field().dataset.people}?${new URLSearchParams({ q: typed })}`;
}

function take(option) {
  field().value = option.dataset.number;
  field().dispatchEvent(new Event("input", { bubbles: true }));
  document.getElementById("new-text").focus();
}

// Who types a number and presses Enter means that number, and not somebody whose begins so.
choices({ field, list, address, take, waits: () => !isName() });

document.addEventListener("input", ({ target }) => {
  if (target.form?.id === "new" && target.name !== "text") {
    document.getElementById("new-note").replaceChildren(); // it was about another number
  }
});

/** Also where words of before were put back after the page was drawn. */
export function ready() {
  const form = document.getElementById("new");
  form.elements.undo.value = "1";
  if (field().value !== field().defaultValue) field().dispatchEvent(new Event("input", { bubbles: true }));
}
