// The command bar: Ctrl+K opens it, what is typed finds, Enter goes there.

const commandBar = document.getElementById("command-bar");
const field = document.getElementById("command-bar-field");
const list = document.getElementById("command-bar-choices");
const chosen = () => list.querySelector('[aria-selected="true"]');

const BUTTONS = "#case .does > button, #case .does > a"; // what one does with the open conversation
const presses = new WeakMap(); // by option: the button that it stands for

let asked = 0; // only the answer to what was typed last is shown

function folded(text) {
  return text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").split(/\s+/);
}

/** Each word that was typed is the beginning of one of the button's, as Balie looks for pages. */
function fits(button) {
  const named = folded(button.textContent);
  return folded(field.value).every((typed) => named.some((word) => word.startsWith(typed)));
}

function action(button, place) {
  const option = document.createElement("li");
  option.id = `command-bar-action-${place}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  const [said, kind] = [document.createElement("span"), document.createElement("span")];
  [said.className, said.textContent] = ["said", button.textContent.trim()];
  [kind.className, kind.textContent] = ["kind", list.dataset.action];
  const picture = button.querySelector(".icon")?.cloneNode(true) ?? document.createElement("span");
  picture.classList.add("icon");
  option.append(picture, said, kind);
  presses.set(option, button);
  return option;
}

// Below people and texts: who looks for somebody presses nothing by mistake.
function offerActions() {
  const actions = [...document.querySelectorAll(BUTTONS)].filter(fits).map(action);
  const next = list.querySelector('[id^="command-bar-way-"], #command-bar-messages');
  if (field.value.trim() && next) next.before(...actions);
  else list.append(...actions);
}

async function look() {
  const turn = ++asked;
  const address = `/command-bar?q=${encodeURIComponent(field.value)}`;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (turn !== asked || !answer?.ok) return;
  const drawn = await answer.text();
  if (turn !== asked) return;
  list.innerHTML = drawn;
  offerActions();
  choose(list.firstElementChild);
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option?.id ?? "");
}

function open() {
  field.value = "";
  list.replaceChildren();
  commandBar.showModal();
  look();
}

// A text is put into the message that is being written; without one, its page opens.
function go(option) {
  if (!option) return;
  commandBar.close();
  if (presses.has(option)) presses.get(option).click();
  else if (option.dataset.text && document.getElementById("composer")) {
    document.dispatchEvent(new CustomEvent("balie:text", { detail: option.dataset.text }));
  } else {
    location.assign(option.dataset.href);
  }
}

const keys = {
  ArrowDown: () => choose(chosen()?.nextElementSibling ?? list.firstElementChild),
  ArrowUp: () => choose(chosen()?.previousElementSibling ?? list.lastElementChild),
  Enter: () => go(chosen()),
};

export function toggle() {
  if (commandBar.open) commandBar.close();
  else if (!document.querySelector("dialog[open]")) open();
}

field.addEventListener("input", look);
field.addEventListener("keydown", (event) => {
  if (event.isComposing || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});
list.addEventListener("click", (event) => go(event.target.closest('[role="option"]')));
commandBar.addEventListener("click", (event) => {
  if (event.target === commandBar) commandBar.close(); // beside it
});
