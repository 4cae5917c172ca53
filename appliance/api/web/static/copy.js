/** Copies a text that stands on the page. Without the clipboard (plain http) one selects it. */

function ready() {
  for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copies]");
  if (!button) return;
  const text = button.parentElement.querySelector("textarea");
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    if (!document.execCommand("copy")) return;
  }
  button.nextElementSibling.hidden = false;
});
document.addEventListener("htmx:after:swap", ready);
ready();
