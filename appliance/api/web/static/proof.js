// What is proven of a message: it opens at its ticks, for the pointer or the keyboard. It stays while
// the pointer is anywhere in the message, and so can be read and copied; Escape closes it.

let open = ""; // the id of the one that is open

function draw() {
  for (const shown of document.querySelectorAll(".proof.open")) shown.classList.toggle("open", shown.id === open);
  document.getElementById(open)?.classList.add("open");
}

function show(id) {
  if (open === id) return;
  open = id;
  draw();
}

function of(target) {
  return target?.closest?.(".ticks")?.getAttribute("aria-describedby") ?? "";
}

function holds(target) {
  return open !== "" && target?.closest?.(".bubble")?.querySelector(".proof")?.id === open;
}

document.addEventListener("pointerover", ({ target }) => {
  if (of(target)) show(of(target));
  else if (open && !holds(target)) show(of(document.activeElement));
});
document.addEventListener("focusin", ({ target }) => show(of(target)));
document.addEventListener("focusout", ({ target }) => { if (of(target) === open) show(""); });
document.addEventListener("click", ({ target }) => { if (of(target)) show(of(target)); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open) return;
  event.preventDefault();
  show("");
});
document.addEventListener("htmx:after:swap", draw);
