// The command bar: Ctrl+K opens it, what is typed finds, Enter goes there.

const commandBar = document.getElementById("command-bar");
const field = document.getElementById("command-bar-field");
const list = document.getElementById("command-bar-choices");
const chosen = () => list.querySelector('[aria-selected="true"]');

let asked = 0; // only the answer to what was typed last is shown

async function look() {
  const turn = ++asked;
  const address = `/command-bar?q=${encodeURIComponent(field.value)}`;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (turn !== asked || !answer?.ok) return;
  list.innerHTML = await answer.text();
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
  if (option.dataset.text && document.getElementById("composer")) {
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
list.addEventListener("click", (event) => go(event.target.closest("[data-href]")));
commandBar.addEventListener("click", (event) => {
  if (event.target === commandBar) commandBar.close(); // beside it
});
