// The search: arrows go through what was found.

const hits = () => [...document.querySelectorAll("#hits a.hit, #hits a.more")];

document.addEventListener("keydown", (event) => {
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || !event.target.closest?.("#q, #hits")) return;
  const all = hits();
  const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  event.preventDefault();
  (all[Math.min(at, all.length - 1)] ?? document.getElementById("q")).focus();
});
