// How long it is, while it is being typed: its characters, and how many SMS, asked of Balie, whose
// count is what is sent.

import { post } from "./requests.js";

const PAUSE_MS = 250;
let timer = 0;
let asked = 0;

const output = () => document.getElementById("sms-length");

/** As the server counts: an emoji is one, where a script's own length says two. */
function characters(text) {
  return [...text].length;
}

/** Also says how much there is, where little more can be. */
export function isTooLong() {
  const out = document.getElementById("count");
  const most = Number(out.dataset.most);
  const length = characters(document.getElementById("text").value);
  out.textContent = length > most - 400 ? `${length} / ${most}` : "";
  out.classList.toggle("over", length > most);
  return length > most;
}

function values(form) {
  return {
    line: form.dataset.line ?? form.elements.line?.value ?? "",
    to: form.elements.to?.value ?? form.elements.number?.value ?? form.dataset.to ?? "",
    channel: form.elements.channel?.value ?? "",
    text: form.elements.text.value,
  };
}

async function ask() {
  const place = output();
  const form = place?.closest("form");
  if (!form) return;
  const turn = ++asked;
  const about = values(form);
  if (!about.text.trim()) {
    place.replaceChildren();
    return;
  }
  let answer;
  try {
    answer = await post("/sms-length", about);
  } catch {
    return; // it is only a count; whoever is away is told so elsewhere
  }
  const html = answer.ok ? await answer.text() : "";
  if (turn === asked && place.isConnected) place.innerHTML = html;
}

function soon() {
  clearTimeout(timer);
  if (!output()?.closest("form").elements.text.value.trim()) ask();
  else timer = setTimeout(ask, PAUSE_MS);
}

document.addEventListener("input", (event) => {
  if (event.target.form?.contains(output())) soon();
});
document.addEventListener("balie:typed", soon);
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane") soon();
});
soon();
