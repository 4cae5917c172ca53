// The search: arrows go through what was found, and a link to one message leads to it.

const hits = () => [...document.querySelectorAll("#hits a.hit, #hits a.more")];

document.addEventListener("keydown", (event) => {
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || !event.target.closest?.("#q, #hits")) return;
  const all = hits();
  const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  event.preventDefault();
  (all[Math.min(at, all.length - 1)] ?? document.getElementById("q")).focus();
});

const sought = () => /^#m-([0-9a-f-]{36})$/.exec(location.hash)?.[1];
const lineOf = (id) => document.querySelector(`#message-list > [data-message="${id}"]`);

// A message far back is not on the page: then the part of the thread around it is asked for.
async function jump() {
  const id = sought();
  const messages = document.getElementById("messages");
  if (!id || !messages) return;
  if (!lineOf(id)) {
    const { conversation } = document.getElementById("scroller").dataset;
    const address = `/c/${conversation}/messages?around=${id}`;
    await htmx.ajax("GET", address, { target: messages, swap: "innerMorph", source: messages });
  }
  show(lineOf(id));
}

function show(line) {
  document.querySelector(".line.sought")?.classList.remove("sought");
  if (!line) return;
  line.classList.add("sought");
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
  line.scrollIntoView({ block: "center" });
}

addEventListener("hashchange", jump);
jump();
