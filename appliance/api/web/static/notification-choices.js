// The page of one's own notifications: what this browser does.

import { end, isTold, ring, subscribe, wish, wishes } from "./notices.js";

const place = document.getElementById("this-browser");
const said = document.getElementById("browser-said");
const box = (name) => document.getElementById(`notify-${name}`);

function say(sentence) {
  said.textContent = sentence ?? "";
}

async function allowed() {
  if (!("Notification" in window)) return false;
  return (await Notification.requestPermission()) === "granted";
}

async function sound() {
  wish({ sound: box("sound").checked });
  if (box("sound").checked) ring();
}

async function shown() {
  if (box("shown").checked && !(await allowed())) {
    box("shown").checked = false;
    say(place.dataset.refused);
  }
  wish({ shown: box("shown").checked });
}

async function closed() {
  if (!box("closed").checked) return end();
  try {
    if (!(await allowed())) throw new Error("refused");
    const answer = await subscribe(place.dataset.key);
    if (answer.ok) return undefined;
    say(place.dataset.unknown);
  } catch {
    say(Notification.permission === "granted" ? place.dataset.failed : place.dataset.refused);
  }
  box("closed").checked = false;
  return undefined;
}

async function begin() {
  const { sound: rings, shown: shows } = wishes();
  document.getElementById("insecure").hidden = isSecureContext;
  place.hidden = false;
  box("sound").checked = Boolean(rings);
  box("shown").checked = Boolean(shows);
  box("shown").disabled = !isSecureContext || !("Notification" in window);
  box("closed").disabled = !isSecureContext || !place.dataset.key || !("PushManager" in window);
  box("closed").checked = await isTold();
}

for (const [name, change] of Object.entries({ sound, shown, closed })) {
  box(name).addEventListener("change", () => { say(""); change(); });
}
begin();
