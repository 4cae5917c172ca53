// The live screen of a phone: at most two pictures a second, and only while somebody looks. A page
// that is hidden or left says so, and Balie takes no more pictures.

const EVERY_MS = 500;
const part = document.getElementById("screen");
const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";
let timer = 0;
let looking = false;
let asked = new AbortController();

function say(text, bad = false) {
  const said = part.querySelector(".said");
  if (said.textContent !== text) said.textContent = text;
  said.classList.toggle("bad", bad);
}

function asAddress(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
}

async function draw() {
  const answer = await fetch(`${part.dataset.at}/picture`, { signal: asked.signal });
  if (answer.redirected || [401, 404].includes(answer.status)) return location.reload();
  if (!answer.ok) return say(answer.status === 503 ? await answer.text() : part.dataset.lost, true);
  const picture = part.querySelector("img");
  picture.src = await asAddress(await answer.blob());
  picture.hidden = false;
  const of = answer.headers.get("Balie-Picture");
  return say(of === "screen" ? "" : part.dataset[of]);
}

async function turn() {
  const began = performance.now();
  try {
    await draw();
  } catch {
    if (looking) say(part.dataset.lost, true);
  }
  if (looking) timer = setTimeout(turn, Math.max(0, EVERY_MS - (performance.now() - began)));
}

function begin() {
  if (looking || document.hidden) return;
  looking = true;
  asked = new AbortController();
  turn();
}

function end() {
  if (!looking) return;
  looking = false;
  clearTimeout(timer);
  asked.abort(); // on its way it would begin another look
  navigator.sendBeacon(`${part.dataset.at}/end`, new URLSearchParams({ csrf }));
}

async function press(what, where = {}) {
  try {
    const answer = await fetch(`${part.dataset.at}/${what}`, {
      method: "POST",
      headers: { "X-CSRF-Token": csrf, "HX-Request": "true" },
      body: new URLSearchParams(where),
    });
    if (!answer.ok) document.dispatchEvent(new CustomEvent("balie:say", { detail: await answer.text() }));
  } catch {
    say(part.dataset.lost, true);
  }
}

if (part) {
  part.querySelector("img").addEventListener("click", ({ offsetX, offsetY, target }) => {
    press("tap", { x: offsetX / target.clientWidth, y: offsetY / target.clientHeight });
  });
  part.querySelector("[data-press]").addEventListener("click", () => press("back"));
  document.addEventListener("visibilitychange", () => (document.hidden ? end() : begin()));
  window.addEventListener("pagehide", end);
  window.addEventListener("pageshow", begin);
  begin();
}
