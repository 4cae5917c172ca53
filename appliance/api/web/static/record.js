// Sound recorded in the browser: Balie makes a voice note of it, which is attached like any file.
// Until then nothing of it leaves this page but to Balie itself.

import { add, say } from "./attach.js";

const LONGEST_S = 600;
const csrf = document.querySelector('meta[name="csrf"]').content;

let recording = null; // what is being recorded, and for which conversation

const panel = () => document.getElementById("recorder");
const button = () => document.getElementById("record");
const conversation = () => document.getElementById("composer")?.dataset.conversation;

function told(name) {
  return panel().dataset[name];
}

/** Why this browser cannot record; empty where it can. */
function obstacle() {
  if (!window.isSecureContext) return told("insecure");
  return navigator.mediaDevices?.getUserMedia && window.MediaRecorder ? "" : told("unable");
}

async function begin() {
  const why = obstacle();
  say(why);
  if (why || recording) return;
  recording = { conversation: conversation() };
  const mine = recording;
  try {
    mine.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    recording = null;
    return say(told("refused"));
  }
  if (recording !== mine) return release(mine); // cancelled while the browser asked
  mine.pieces = [];
  mine.recorder = new MediaRecorder(mine.stream);
  mine.recorder.ondataavailable = ({ data }) => mine.pieces.push(data);
  mine.recorder.onstop = () => made(mine);
  mine.recorder.start();
  mine.since = Date.now();
  mine.timer = setInterval(() => tick(mine), 250);
  tick(mine);
  show(true);
  panel().querySelector(".stop").focus();
}

function tick(mine) {
  const seconds = Math.floor((Date.now() - mine.since) / 1000);
  const out = document.getElementById("recorded-time");
  if (out) out.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds >= LONGEST_S) stop();
}

function release(mine) {
  clearInterval(mine.timer);
  for (const track of mine.stream?.getTracks() ?? []) track.stop();
}

function show(visible) {
  if (!panel()) return;
  panel().hidden = !visible;
  panel().classList.remove("working");
  button().setAttribute("aria-pressed", String(visible));
}

function cancel() {
  const mine = recording;
  recording = null;
  if (mine) {
    release(mine);
    if (mine.recorder?.state === "recording") {
      mine.recorder.onstop = null;
      mine.recorder.stop();
    }
  }
  show(false);
}

function stop() {
  if (recording?.recorder?.state !== "recording") return;
  panel().classList.add("working");
  recording.recorder.stop();
}

async function made(mine) {
  release(mine);
  const answer = await fetch("/recordings", {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, "HX-Request": "true", "HX-Current-URL": location.href },
    body: new Blob(mine.pieces, { type: mine.recorder.mimeType }),
  }).catch(() => null);
  if (recording !== mine) return; // cancelled, or another conversation is open
  recording = null;
  show(false);
  if (answer?.ok) {
    const name = `${told("name")}.ogg`;
    add(mine.conversation, new File([await answer.blob()], name, { type: "audio/ogg" }));
  } else if (answer?.status === 422) {
    document.getElementById("composer-note").innerHTML = await answer.text();
  } else say(told("failed"));
}

export function press() {
  return recording ? stop() : begin();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#recorder .stop")) stop();
  if (event.target.closest("#recorder .cancel")) {
    cancel();
    button().focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !recording || !event.target.closest?.("#recorder")) return;
  event.preventDefault();
  cancel();
  button().focus();
}, true); // before the keys of the page: Escape would leave the conversation

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "thread-pane" && recording?.conversation !== conversation()) cancel();
});
addEventListener("pagehide", cancel);
