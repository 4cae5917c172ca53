// A browser has six connections for all its tabs, and each stream takes one. So of Balie's tabs that
// are out of sight, one at most keeps its stream; the others rest and are told what the title says.

const WAIT_MS = 500;
const channel = new BroadcastChannel("balie");

let resting = false;
let waiting = 0;

function rest() {
  clearTimeout(waiting);
  if (resting || !document.hidden) return;
  resting = true;
  document.dispatchEvent(new CustomEvent("balie:rest"));
}

function wake() {
  clearTimeout(waiting);
  channel.postMessage({ here: true });
  if (!resting) return;
  resting = false;
  document.dispatchEvent(new CustomEvent("balie:wake"));
}

channel.addEventListener("message", ({ data }) => {
  if (data.here) rest();
  if (data.hello && !resting) channel.postMessage({ here: true });
  // The tab that kept its stream is gone: whoever is quickest takes it over, the others hear that.
  if (data.gone && resting) waiting = setTimeout(wake, Math.random() * WAIT_MS);
  if ("unread" in data && resting) {
    document.dispatchEvent(new CustomEvent("balie:unread", { detail: data.unread }));
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) wake();
});
document.addEventListener("balie:told", (event) => {
  if (!resting) channel.postMessage({ unread: event.detail });
});
addEventListener("pagehide", () => {
  if (!resting) channel.postMessage({ gone: true });
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // what is shown is as old as it was left
});

channel.postMessage(document.hidden ? { hello: true } : { here: true });
