// The stream of hints: each says what changed, and the part of the page that shows it asks again.

const LOST_MS = 4500; // without a connection this long is worth saying: a look later five seconds are over
const MINUTE_MS = 60000;
const OVERVIEW_MS = 1000; // between two times that the page of a lead is drawn
const RECENT_MS = 60000; // no part of a page is on its way for longer
const SILENT_MS = 4500; // more than two beats: the line is dead, whatever the browser believes
const LOOK_MS = 500;
const AGAIN_MS = 2000; // until a stream that could not begin is asked for again

const live = document.getElementById("live");
const offline = document.getElementById("offline");
const said = document.getElementById("said");

let connection = null;
let asking = false; // for the stream: a second request beside the first would be a second stream
let askedAt = 0;
let heardAt = Date.now();
let watchedAt = Date.now();
let lostAt = 0;
let holds = false; // the stream; otherwise another tab passes on what it hears: see tabs.js
let missed = false; // something changed while this tab only followed, out of sight
const arrived = new Set();
const hinted = new Map(); // conversation: when something last changed in it

// A part that is being asked for is asked for again afterwards, not beside it: what is asked for
// names the choices of that moment, and an answer to older ones would undo newer ones.
const busy = new Map();
const again = new Set();

function refresh(id) {
  const part = document.getElementById(id);
  if (!part) return;
  if (busy.get(id)) again.add(id);
  else htmx.trigger(part, "refresh");
}

function count(event, by) {
  const id = event.detail.ctx?.target?.id;
  if (!id) return;
  busy.set(id, Math.max(0, (busy.get(id) ?? 0) + by));
  if (!busy.get(id) && again.delete(id)) setTimeout(refresh, 0, id);
}
document.addEventListener("htmx:before:request", (event) => count(event, 1));
document.addEventListener("htmx:finally:request", (event) => count(event, -1));
document.addEventListener("balie:refresh", (event) => refresh(event.detail));

// Many hints at once are one request: the part asks at most this often.
const due = new Map();
function soon(id, ms = 60) {
  if (due.has(id)) return;
  due.set(id, setTimeout(() => { due.delete(id); refresh(id); }, ms));
}

function openConversation() {
  return document.getElementById("open")?.value ?? "";
}

/** How far a tab has heard: the number behind the epoch. */
function sequence(at) {
  return Number((at ?? "").split(":").at(-1)) || 0;
}

function lost(since = Date.now()) {
  if (!lostAt) passOn({ lost: since });
  lostAt ||= since;
  live?.setAttribute("data-lost", "");
}

function passOn(message) {
  document.dispatchEvent(new CustomEvent("balie:passed-on", { detail: message }));
}

const PARTS = [
  "list", "messages", "case", "verdict", "fate", "devices", "adoption", "group", "send",
  "round", "rounds", "overview", "suggestions",
];

function refreshAll() {
  missed = false;
  for (const id of PARTS) soon(id);
  document.dispatchEvent(new CustomEvent("balie:contact"));
}

function found() {
  heardAt = Date.now();
  const wasLost = lostAt !== 0;
  lostAt = 0;
  live?.removeAttribute("data-lost");
  offline.hidden = true;
  offline.textContent = "";
  document.documentElement.removeAttribute("data-offline");
  if (!wasLost) return;
  // A part that was asked for on the connection that is gone would wait for its answer for a minute.
  // The stream is busy as long as it is open.
  for (const [id, count] of busy) {
    const part = count ? document.getElementById(id) : null;
    if (part && part !== live) htmx.trigger(part, "htmx:abort");
  }
  if (holds || !document.hidden) refreshAll();
  else missed = true;
  document.dispatchEvent(new CustomEvent("balie:back"));
}

function watch() {
  const slept = Date.now() - watchedAt > 4 * LOOK_MS; // what came meanwhile is heard in a moment
  watchedAt = Date.now();
  if (slept) heardAt = watchedAt;
  if (watchedAt - heardAt > SILENT_MS) {
    const since = heardAt;
    heardAt = watchedAt;
    if (!holds) document.dispatchEvent(new CustomEvent("balie:silent"));
    else {
      lost(since); // also where Balie has never answered
      connection?.reader?.cancel();
    }
  }
  if (holds && !live._htmx?.sse && Date.now() - askedAt > AGAIN_MS) connect();
  if (lostAt && Date.now() - lostAt >= LOST_MS && offline.hidden) {
    offline.hidden = false;
    offline.textContent = offline.dataset.text;
    document.documentElement.dataset.offline = "";
  }
}

// What somebody may want to hear of: one page of a browser says it.
function news(why, conversation) {
  if (!why || !holds) return;
  document.dispatchEvent(new CustomEvent("balie:arrived", { detail: { conversation, why } }));
}

const hints = {
  message(hint) {
    if (hint.received) arrived.add(hint.conversation);
    news(hint.received ? "waits" : hint.news, hint.conversation);
    hinted.set(hint.conversation, Date.now());
    if (hint.conversation === openConversation()) {
      soon("messages", 0);
      if (hint.received) soon("fate"); // they may have gone over to another channel
      // Another question has other answers, and what is answered has none.
      if (hint.received || document.querySelector("#suggestions button")) soon("suggestions", 300);
    }
    soon("send", 500);
    soon("round", 1000); // a question has left, or is expected at another time
    soon("overview", OVERVIEW_MS);
  },
  round(hint) {
    soon("rounds", 300);
    if (document.getElementById("round")?.dataset.round === hint.round) soon("round", 0);
  },
  send() { soon("send"); },
  read() {},
  contact() {
    soon("messages"); // two conversations may have become one
    soon("verdict");
    soon("fate");
    document.dispatchEvent(new CustomEvent("balie:contact"));
  },
  device(hint) {
    soon("fate");
    soon("devices");
    soon("overview", OVERVIEW_MS);
    soon("plugged");
    soon("adoption");
    if (!hint.device) soon("verdict"); // a number was stopped, or goes on
  },
  case(hint) {
    news(hint.news, hint.conversation);
    if (hint.conversation === openConversation()) soon("case", 0);
    soon("overview", OVERVIEW_MS);
  },
  emergency(hint) { // one's own changes what every page shows; the page may have been drawn after it
    const shown = document.querySelector("#emergency .own") !== null;
    if (hint.own && shown === hint.ended) location.assign(hint.ended ? "/emergency" : "/");
    else soon("emergency");
  },
  presence(hint) { document.dispatchEvent(new CustomEvent("balie:presence", { detail: hint })); },
  group() {
    soon("group");
    soon("verdict");
  },
  list() { soon("list"); },
  rows(hint) {
    if (busy.get("list")) again.add("list"); // what is on its way may be older
    document.dispatchEvent(new CustomEvent("balie:rows", { detail: hint }));
  },
};

function hear({ name, data, id }) {
  heardAt = Date.now();
  if (id) live.dataset.at = id;
  if (name === "stale") location.reload();
  if (!hints[name]) return;
  if (holds || !document.hidden) hints[name](JSON.parse(data));
  else missed = true;
}

if (live) {
  for (const name of [...Object.keys(hints), "beat", "stale"]) {
    live.addEventListener(name, (event) => {
      const frame = { name, data: event.detail.data, id: event.detail.id };
      passOn({ frame });
      hear(frame);
    });
  }
  document.addEventListener("balie:heard", (event) => hear(event.detail));
  live.addEventListener("htmx:sse:after:connection", (event) => {
    connection = event.detail.connection;
    if (!holds) return connection.abortController.abort();
    live.dataset.connected = "";
    found();
    document.dispatchEvent(new CustomEvent("balie:connected"));
  });
  live.addEventListener("htmx:sse:error", (event) => {
    delete live.dataset.connected;
    if (event.detail.status === 401) location.assign(loginAddress());
    else lost();
  });
  live.addEventListener("htmx:sse:before:connection", (event) => {
    if (!holds) event.detail.connection.cancelled = true;
    else if (event.detail.connection.attempt > 0) lost();
  });
  live.addEventListener("htmx:sse:close", () => {
    if (holds) lost();
  });
  live.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["Last-Event-ID"] = live.dataset.at;
  });
  live.addEventListener("htmx:error", () => lost());
  live.addEventListener("htmx:response:error", () => lost());
  live.addEventListener("htmx:finally:request", () => { asking = false; });
  document.addEventListener("balie:lost", (event) => {
    delete live.dataset.connected;
    lost(event.detail);
  });
  setInterval(watch, LOOK_MS);
  setInterval(() => { // how long people wait
    if (document.hidden) return;
    document.dispatchEvent(new CustomEvent("balie:minute"));
    soon("fate");
    soon("overview");
  }, MINUTE_MS);
}

// htmx looks at the page as soon as it is loaded itself, which may be before its extension for
// streams is and before anybody listens here. So the stream is told to it now, after both; and once,
// because each time would ask for one more stream at every later try.
function connect() {
  if (asking) return;
  asking = true;
  askedAt = Date.now();
  setTimeout(() => {
    if (!live.hasAttribute("hx-sse:connect")) {
      live.setAttribute("hx-sse:connect", live.dataset.stream);
      htmx.process(live);
    }
    htmx.trigger(live, "listening");
  });
}

// This tab gets the stream, or leaves it to another one and is told how far that one has heard.
document.addEventListener("balie:wake", () => {
  holds = true;
  heardAt = Date.now();
  if (live._htmx?.sse) connection?.delayCanceller?.();
  else connect();
});
document.addEventListener("balie:rest", () => {
  holds = false;
  connection?.reader?.cancel();
});
document.addEventListener("balie:follow", (event) => {
  const { at, isLost } = event.detail;
  heardAt = Date.now();
  if (isLost) return lost(); // who holds the stream hears nothing either
  live.dataset.connected = "";
  found();
  if (sequence(at) <= sequence(live.dataset.at)) return;
  live.dataset.at = at;
  if (document.hidden) missed = true;
  else refreshAll();
});
document.addEventListener("balie:waiting", (event) => entitle(event.detail));

function loginAddress() {
  document.dispatchEvent(new CustomEvent("balie:leaving"));
  return `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
}

addEventListener("offline", () => lost());
addEventListener("online", () => {
  connection?.delayCanceller?.();
  if (live?.hasAttribute("data-connected")) found();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  connection?.delayCanceller?.();
  if (missed) refreshAll();
});

function entitle(waiting) {
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = waiting ? `(${waiting}) ${title}` : title;
  navigator.setAppBadge?.(waiting).catch(() => {}); // on the icon of the installed app
}

// What was drawn last says how many wait and who just wrote.
function tell() {
  const state = document.getElementById("list-state");
  if (!state) return;
  entitle(Number(state.dataset.waiting));
  document.dispatchEvent(new CustomEvent("balie:told", { detail: Number(state.dataset.waiting) }));
  for (const id of arrived) {
    const row = document.querySelector(`.row[data-conversation="${CSS.escape(id)}"]`);
    if (row) said.textContent = said.dataset.new.replace("{name}", row.dataset.title);
  }
  arrived.clear();
}
document.addEventListener("htmx:after:swap", tell);
document.addEventListener("balie:listed", tell);
tell();

// A thread that was on its way while something changed in it may have been read before that.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id !== "thread-pane") return;
  if (Date.now() - (hinted.get(openConversation()) ?? 0) < RECENT_MS) soon("messages", 0);
  hinted.clear();
});
