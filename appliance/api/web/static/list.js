// The list and the card: which conversation is open, and what is known of its contact.

function markOpen() {
  const open = document.getElementById("open")?.value;
  for (const row of document.querySelectorAll(".row[aria-current]")) {
    if (row.dataset.conversation !== open) row.removeAttribute("aria-current");
  }
  if (open) {
    document.querySelector(`.row[data-conversation="${CSS.escape(open)}"]`)?.setAttribute("aria-current", "true");
  }
}

// Where there is no room for a column of views they stand in one line, which its button unfolds.
function unfold(unfolded) {
  document.getElementById("all-views")?.setAttribute("aria-expanded", unfolded);
}

// The sheet of numbers has said what it was opened for.
document.addEventListener("click", ({ target }) => {
  const sheet = target.closest?.("#lines:popover-open");
  if (sheet && target.closest("a")) sheet.hidePopover();
});

// Of a strip that is wider than its place.
function showCurrent() {
  for (const each of document.querySelectorAll(".views [aria-current], .rooms [aria-current]")) {
    const strip = each.parentElement;
    strip.scrollLeft = each.offsetLeft - strip.offsetLeft - (strip.clientWidth - each.offsetWidth) / 2;
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("#all-views");
  if (button) unfold(button.getAttribute("aria-expanded") !== "true");
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "list") showCurrent();
});
showCurrent();

// Few choose several: what it takes is loaded with the first of them.
document.addEventListener("click", async ({ target, shiftKey, detail }) => {
  if (!target.matches?.("#rows .choose")) return;
  if (detail) target.nextElementSibling.focus({ preventScroll: true }); // keys go on from that row
  (await import("./chosen.js")).choose(target, shiftKey);
});

// A finger that stays on a row chooses it: no pointer is there to find the box.
document.addEventListener("contextmenu", (event) => {
  const box = event.target.closest?.("#rows .row")?.previousElementSibling;
  if (!box || !matchMedia("(hover: none)").matches) return;
  event.preventDefault();
  box.click();
});

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx?.target;
  if (["list", "thread-pane"].includes(target?.id)) markOpen();
  if (!["thread-pane", "contact-pane"].includes(target?.id)) return;
  const title = document.querySelector(".thread-title h1")?.textContent.trim();
  const count = document.title.match(/^\(\d+\) /)?.[0] ?? "";
  document.title = `${count}${title ? `${title} · ` : ""}Balie`;
});

// The card of the open conversation changed. What its reader is told or asked there stays, and so
// does what they are typing.
function typesAtCard() {
  return [...document.querySelectorAll("#contact-pane #contact-office input")].some(
    (field) => field === document.activeElement || field.value !== field.defaultValue,
  );
}

document.addEventListener("balie:contact", () => {
  const open = document.getElementById("open")?.value;
  const pane = document.getElementById("contact-pane");
  if (!open || !pane || !document.getElementById("contact-button")) return; // a group has no card
  htmx.ajax("GET", `/c/${open}/contact?kept=${typesAtCard() ? "all" : "asked"}`, {
    target: "#contact-pane", swap: "innerHTML", source: pane,
  });
});

// An answer about a conversation that was left meanwhile comes too late, and so does one that was
// asked for before they began to type.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx?.target?.id !== "contact-pane" || !ctx.request.action.includes("/contact")) return;
  const open = document.getElementById("open")?.value;
  if (!ctx.request.action.startsWith(`/c/${open}/`)) {
    event.preventDefault();
  } else if (ctx.request.action.endsWith("?kept=asked") && typesAtCard()) {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("balie:contact"));
  }
});
