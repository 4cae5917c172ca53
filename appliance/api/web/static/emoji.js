// The emoji at hand: found by words of both languages, chosen by mouse or arrows, put at the cursor.

import known from "./emoji-data.js";

const RECENT = "emoji";
const MOST_RECENT = 16;
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const all = known.map(([sign, dutch, english, more]) => ({
  sign,
  name: document.documentElement.lang === "nl" ? dutch : english,
  words: folded(`${dutch} ${english} ${more}`).split(" "),
}));

let field = null; // where the chosen one goes
const picker = document.createElement("div");
const search = document.createElement("input");
const grid = document.createElement("div");

function build({ title, search: label, none }) {
  const sheet = document.createElement("link");
  Object.assign(sheet, { rel: "stylesheet", href: "/static/styles/emoji.css" });
  document.head.append(sheet);
  Object.assign(picker, { id: "emoji-picker", popover: "auto" });
  picker.setAttribute("role", "dialog");
  picker.setAttribute("aria-label", title);
  Object.assign(search, { type: "search", placeholder: label, autocomplete: "off" });
  search.setAttribute("aria-label", label);
  Object.assign(grid, { className: "emoji" });
  grid.dataset.none = none;
  picker.append(search, grid);
  document.body.append(picker);
}

function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) ?? [];
  } catch {
    return [];
  }
}

function found() {
  const wanted = folded(search.value).split(/\s+/).filter(Boolean);
  if (wanted.length) {
    return all.filter(({ words }) => wanted.every((each) => words.some((word) => word.startsWith(each))));
  }
  const first = recent();
  const used = first.map((sign) => all.find((each) => each.sign === sign)).filter(Boolean);
  return [...used, ...all.filter((each) => !used.includes(each))];
}

function draw() {
  grid.replaceChildren(...found().map(({ sign, name }) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "quiet", textContent: sign, title: name, tabIndex: -1 });
    button.setAttribute("aria-label", name);
    return button;
  }));
  if (grid.firstElementChild) grid.firstElementChild.tabIndex = 0;
}

function put(sign) {
  const others = recent().filter((each) => each !== sign);
  localStorage.setItem(RECENT, JSON.stringify([sign, ...others].slice(0, MOST_RECENT)));
  picker.hidePopover();
  field.focus();
  field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** How many stand in a row, as they are drawn. */
function columns() {
  const [first, ...others] = grid.children;
  return 1 + others.findIndex((each) => each.offsetTop > first.offsetTop) || others.length + 1;
}

function step(event) {
  const items = [...grid.children];
  const at = items.indexOf(document.activeElement);
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: at < 0 ? 1 : columns(), ArrowUp: -columns() }[event.key];
  if (!by || (at < 0 && event.key !== "ArrowDown")) return;
  event.preventDefault();
  if (at + by < 0) search.focus();
  else items[Math.min(at + by, items.length - 1)].focus();
}

export function open(button) {
  if (!picker.isConnected) build(button.dataset);
  field = document.getElementById(button.dataset.emoji);
  search.value = "";
  draw();
  picker.showPopover();
  const place = button.getBoundingClientRect();
  const left = Math.max(8, Math.min(place.left, innerWidth - picker.offsetWidth - 8));
  Object.assign(picker.style, { left: `${left}px`, top: `${Math.max(8, place.top - picker.offsetHeight - 8)}px` });
  search.focus();
}

search.addEventListener("input", draw);
grid.addEventListener("click", ({ target }) => {
  if (target.matches("button")) put(target.textContent);
});
picker.addEventListener("keydown", (event) => {
  event.stopPropagation(); // the keys of the page are not for what is typed here
  if (event.key === "Escape") {
    event.preventDefault();
    picker.hidePopover();
    field.focus();
  } else if (event.key === "Enter" && event.target === search) {
    event.preventDefault();
    if (grid.firstElementChild) put(grid.firstElementChild.textContent);
  } else step(event);
});
