// The keyboard: everything that the mouse can do in the inbox.

const help = document.getElementById("help");
let asked = null; // the conversation that was chosen last, until its thread is there

function rows() {
  return [...document.querySelectorAll("#rows .row")];
}

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") != null;
}

// By the thread itself: the list is marked a moment after it.
function openAt(all) {
  const id = asked ?? document.getElementById("open")?.value;
  return all.findIndex((row) => row.dataset.conversation === id);
}

function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const open = openAt(all);
  const next = all[Math.max(0, Math.min(all.length - 1, (at < 0 ? open : at) + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function openNext(by) {
  const all = rows();
  const open = openAt(all);
  const next = all[open < 0 ? 0 : open + by];
  next?.scrollIntoView({ block: "nearest" });
  next?.click();
}

function chooseRow(shiftKey) {
  const row =
    document.activeElement.closest?.("#rows .row") ?? document.querySelector('#rows .row[aria-current="true"]');
  row?.previousElementSibling?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
}

const withAlt = {
  KeyJ: () => openNext(1),
  KeyK: () => openNext(-1),
  KeyL: () => document.getElementById("text")?.focus(),
  KeyE: () => [...document.querySelectorAll("[data-emoji]")].find((each) => each.checkVisibility())?.click(),
  KeyN: () => document.getElementById("new-button")?.click(),
};

function back() {
  const panes = document.querySelector(".panes");
  if (panes?.dataset.show === "contact") {
    document.getElementById("contact-close")?.click();
  } else if (document.getElementById("new")) {
    if (history.state?.from) history.back();
    else document.querySelector(".thread-head .back").click();
  } else if (document.activeElement?.id === "text") {
    document.activeElement.blur();
    document.querySelector('.row[aria-current="true"]')?.focus();
  } else {
    const way = document.querySelector(".thread-head .back");
    if (way?.checkVisibility()) way.click();
  }
}

document.addEventListener("click", (event) => {
  asked = event.target.closest?.("#rows .row")?.dataset.conversation ?? asked;
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") asked = null;
});

// Loaded when they are asked for the first time.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-emoji]");
  if (button) (await import("./emoji.js")).open(button);
});
document.addEventListener("keydown", async (event) => {
  const isK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
  if (!isK || event.altKey || event.shiftKey || !document.getElementById("command-bar")) return;
  event.preventDefault();
  (await import("./command-bar.js")).toggle();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.altKey && !event.ctrlKey && !event.metaKey && withAlt[event.code]) {
    event.preventDefault();
    withAlt[event.code]();
    return;
  }
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") return back();
  if (typing(event.target)) return;
  if (document.body.dataset.keys === "off" && event.key.length === 1) return;
  if (event.key === "?") {
    event.preventDefault();
    help.showModal();
    return;
  }
  const inList = event.target.closest?.("#list") != null || event.target === document.body;
  if (inList && ["ArrowDown", "j"].includes(event.key)) { event.preventDefault(); step(1); }
  if (inList && event.key.toLowerCase() === "x") chooseRow(event.shiftKey);
  if (inList && ["ArrowUp", "k"].includes(event.key)) { event.preventDefault(); step(-1); }
});

document.getElementById("help-button").addEventListener("click", () => help.showModal());
