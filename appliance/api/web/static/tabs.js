// A browser has six connections for all its tabs, and a stream takes one for good. So one of Balie's
// tabs holds the stream, one in sight if there is any, and passes on what it hears to the others.

const ANSWER_MS = 150; // for the tab that holds the stream to say so
const TURN_MS = 300; // within it those that would take over begin, so that one is first
const live = document.getElementById("live");
const channel = new BroadcastChannel("balie");
const own = Math.random();

let holds = false;
let taking = 0;

/** Of two that hold the stream the higher one keeps it. */
function rank() {
  return (document.hidden ? 0 : 1) + own;
}

function tell(message) {
  channel.postMessage({ rank: rank(), ...message });
}

function here() {
  tell({ here: live.dataset.at, isLost: live.hasAttribute("data-lost") });
}

function say(name, detail) {
  document.dispatchEvent(new CustomEvent(`balie:${name}`, { detail }));
}

/** Takes the stream unless somebody says within this time that they hold it. */
function ask(ms = ANSWER_MS) {
  if (holds) return;
  clearTimeout(taking);
  taking = setTimeout(take, ms);
  tell({ hello: true });
}

function take() {
  holds = true;
  here();
  say("wake");
}

function follow(at, isLost) {
  clearTimeout(taking);
  if (holds) say("rest");
  holds = false;
  say("follow", { at, isLost });
}

function heard({ data }) {
  if ("here" in data) {
    if (holds && rank() > data.rank) here();
    else follow(data.here, data.isLost);
  } else if (data.hello && holds) {
    if (!document.hidden || data.rank < 1) here(); // who is in sight takes it from who is not
  } else if (data.free && !holds) {
    if (!document.hidden || data.gone) ask(TURN_MS * (Math.random() + (document.hidden ? 1 : 0)));
  } else if (data.lost && !holds) {
    say("lost", data.lost);
  } else if (data.frame && !holds) {
    say("heard", data.frame);
  } else if ("waiting" in data && document.hidden) {
    say("waiting", data.waiting);
  }
}

if (live) {
  channel.addEventListener("message", heard);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
    else if (holds) tell({ free: true });
  });
  document.addEventListener("balie:silent", () => ask(TURN_MS * Math.random()));
  document.addEventListener("balie:passed-on", (event) => { if (holds) tell(event.detail); });
  document.addEventListener("balie:connected", () => { if (holds) here(); });
  document.addEventListener("balie:told", (event) => tell({ waiting: event.detail }));
  addEventListener("pagehide", () => {
    if (holds) tell({ free: true, gone: true });
  });
  ask();
}

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // what is shown is as old as it was left
});
