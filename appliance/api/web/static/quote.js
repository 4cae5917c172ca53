// The message that one answers: chosen in the thread, shown above the field, kept with the draft.

const words = new Map(); // by message: what it says, also when it is not in the thread any more

const box = () => document.getElementById("composer");
const bubbles = () => [...document.querySelectorAll("#message-list .bubble:has(.quote-it)")];
const idOf = (bubble) => bubble.id.slice(2);

function says(id) {
  const bubble = document.getElementById(`m-${id}`);
  const said = bubble?.querySelector(":scope > .text, .medium")?.textContent.trim();
  if (said) words.set(id, said);
  return words.get(id) ?? "";
}

/** The id of the message that is quoted; it counts for one message. */
export function takeQuote() {
  const { value } = box().elements.quotes;
  if (value) says(value);
  show("");
  return value;
}

/** What stands in a bubble that answers it. */
export function quoted(id) {
  return id ? says(id).slice(0, 160) : "";
}

/** What was sent came back. Another message may be quoted by now. */
export function putBackQuote(id) {
  if (id && !box()?.elements.quotes.value) choose(id);
}

function show(id) {
  box().elements.quotes.value = id;
  const place = document.getElementById("quoting");
  place.hidden = !id;
  if (id) place.querySelector("bdi").textContent = says(id).slice(0, 160);
  for (const each of document.querySelectorAll(".bubble.answered")) each.classList.remove("answered");
  if (id) document.getElementById(`m-${id}`)?.classList.add("answered");
}

function choose(id) {
  show(id);
  document.dispatchEvent(new CustomEvent("balie:quoted"));
}

function step(by) {
  const all = bubbles();
  const at = all.findIndex((each) => idOf(each) === box().elements.quotes.value);
  const next = all[at < 0 ? all.length - 1 : Math.max(0, at + by)];
  choose(next && (at >= 0 || by < 0) ? idOf(next) : "");
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  if (!box()) return;
  const bubble = event.target.closest?.("button.quote-it")?.closest(".bubble");
  if (bubble) choose(idOf(bubble));
  if (event.target.closest?.("#quote-off")) choose("");
  if (bubble || event.target.closest?.("#quote-off")) {
    document.getElementById("mode-reply")?.click();
    document.getElementById("text").focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "text" || !event.altKey || event.ctrlKey || event.metaKey) return;
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  step(by);
});
