// Forms whose words this tab keeps until Balie has them: `data-kept` names what they are about.

const restored = new WeakSet();

function key(form) {
  return `kept:${form.dataset.kept}`;
}

function fields(form) {
  return [...form.elements].filter((each) => each.name && each.type !== "hidden");
}

function isTouched(form) {
  return fields(form).some((each) => "defaultValue" in each && each.value !== each.defaultValue);
}

function keep(form) {
  if (!isTouched(form)) return sessionStorage.removeItem(key(form));
  const values = Object.fromEntries(fields(form).map((each) => [each.name, each.value]));
  sessionStorage.setItem(key(form), JSON.stringify(values));
}

function restore(form) {
  restored.add(form);
  const values = JSON.parse(sessionStorage.getItem(key(form)) ?? "{}");
  for (const each of fields(form)) {
    if (each.name in values) each.value = values[each.name];
  }
  const folded = form.closest("details");
  if (folded && isTouched(form)) folded.open = true;
}

function restoreAll() {
  for (const form of document.querySelectorAll("form[data-kept]")) {
    if (!restored.has(form)) restore(form);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.form?.dataset.kept) keep(event.target.form);
});

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement.matches("form[data-kept]") && response.status < 300) {
    sessionStorage.removeItem(key(sourceElement));
  }
});
document.addEventListener("htmx:after:swap", restoreAll);

// Whoever logs in here next does not find it.
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") !== "/logout") return;
  for (const each of Object.keys(sessionStorage)) {
    if (each.startsWith("kept:")) sessionStorage.removeItem(each);
  }
});

restoreAll();
