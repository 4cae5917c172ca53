/** Copies a text that stands on the page. Without the clipboard (plain http) one selects it. */

for (const button of document.querySelectorAll("[data-copies]")) {
  const text = button.parentElement.querySelector("textarea");
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      if (!document.execCommand("copy")) return;
    }
    button.nextElementSibling.hidden = false;
  });
}
