// Words that this tab keeps until Balie has them: those of forms, where `data-kept` names what they
// are about, and those of conversations.

const restored = new WeakSet();
const unsaved = new Map(); // by conversation: the draft that this tab keeps, as Balie did not take it

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

function draftKey(conversation) {
  return `draft:${conversation}`;
}

export function joined(texts) {
  return texts.filter((text) => text.trim()).join("\n");
}

export function keepText(conversation, text) {
  if (text) sessionStorage.setItem(draftKey(conversation), text);
}

export function keepBelow(conversation, text) {
  keepText(conversation, joined([sessionStorage.getItem(draftKey(conversation)) ?? "", text]));
}

/** It can be told from what was given back only where it is alone; that must stay. */
export function keepDraft(conversation, text) {
  forgetDraft(conversation);
  const kept = sessionStorage.getItem(draftKey(conversation));
  if (!kept) unsaved.set(conversation, text);
  if (!kept?.includes(text)) keepBelow(conversation, text);
}

export function forgetDraft(conversation) {
  const name = draftKey(conversation);
  if (unsaved.has(conversation) && sessionStorage.getItem(name) === unsaved.get(conversation)) {
    sessionStorage.removeItem(name);
  }
  unsaved.delete(conversation);
}

/** What waited in a conversation, if anything; it waits no longer. */
export function takeText(conversation) {
  const name = draftKey(conversation);
  const text = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  return text;
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
