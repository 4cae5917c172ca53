// The panes: which of them a small screen shows, and where Back leads. A step back draws into the
// panes what was there, so that the list keeps its place.

const panes = document.querySelector(".panes");
const sheet = matchMedia("(max-width: 56.24em)"); // there the card lies over the thread
let from = ""; // the pane in which a conversation was chosen
let top = 0; // where the list was left: what is not shown need not remember it

function show(which) {
  const list = document.getElementById("list");
  const wasHidden = list.offsetParent === null;
  if (!wasHidden) top = list.scrollTop;
  panes.dataset.show = which;
  document.getElementById("thread-pane").inert = which === "contact" && sheet.matches;
  if (wasHidden) list.scrollTop = top;
  document.getElementById("contact-button")?.setAttribute("aria-expanded", String(which === "contact"));
}

/** The conversation of an address, "/" where it is a list alone, or its path. */
function place() {
  return location.pathname.replace(/^\/c\//, "").replace(/^\/inbox\/.*/, "/");
}

function drawn() {
  return document.getElementById("open")?.value ?? (document.getElementById("new") ? "/new" : "/");
}

// The list stays as it was chosen last, and so does the address.
function nameList() {
  const list = document.querySelector("#tabs [aria-current]").href;
  const beside = location.pathname + document.getElementById("list-state").dataset.query + location.hash;
  history.replaceState(history.state, "", place() === "/" ? list : beside);
}

function arrive() {
  nameList();
  if (place() !== drawn()) {
    const pane = document.getElementById("thread-pane");
    htmx.ajax("GET", location.pathname + location.search, { target: pane, swap: "innerHTML", source: pane });
  }
  if (history.state?.card) return showCard();
  const hadCard = panes.dataset.show === "contact";
  show(place() === "/" ? "list" : "thread");
  if (hadCard) document.getElementById("contact-button")?.focus();
}

function showCard() {
  show("contact");
  document.getElementById("contact-close")?.focus();
}

function openCard() {
  showCard();
  history.pushState({ htmx: true, card: true }, "", location.href); // Back closes it first
}

function closeCard() {
  if (history.state?.card) history.back();
  else show("thread");
}

function leave(link) {
  if (history.state?.from === "list") return history.back();
  history.pushState({ htmx: true }, "", link.href);
  arrive();
}

// Back from another page loads this one anew: it finds the list where it was left.
function findList() {
  const way = performance.getEntriesByType("navigation")[0]?.type;
  if (way === "navigate") return;
  top = Number(sessionStorage.getItem("list-top"));
  document.getElementById("list").scrollTop = top;
}

// What only a new conversation needs is loaded with the first one.
async function beginNew() {
  if (document.getElementById("new")) (await import("./new.js")).ready();
}

if (panes) {
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target?.id === "thread-pane") beginNew();
  });
  beginNew();
  document.addEventListener("click", (event) => {
    const { target } = event;
    if (target.closest?.(".row, #new-button")) {
      from = panes.dataset.show;
      show("thread");
    }
    if (target.closest?.("#contact-button")) panes.dataset.show === "contact" ? closeCard() : openCard();
    if (target.closest?.("#contact-close") || (target === panes && panes.dataset.show === "contact")) closeCard();
    const back = target.closest?.(".thread-head .back");
    if (!back || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leave(back);
  });
  document.addEventListener("htmx:after:history:push", () => {
    history.replaceState({ ...history.state, from }, "");
  });
  // htmx would load the page anew.
  document.addEventListener("htmx:before:history:restore", (event) => event.preventDefault());
  addEventListener("popstate", arrive);
  addEventListener("pagehide", () => {
    const list = document.getElementById("list");
    sessionStorage.setItem("list-top", list.offsetParent === null ? top : list.scrollTop);
  });
  findList();
  if (history.state?.card) showCard();
}
