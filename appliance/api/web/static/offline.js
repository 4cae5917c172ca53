// The page of a browser that does not reach Balie: it looks by itself whether that is over.

const LOOK_MS = 5000;

async function look() {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
}

// At its own address there is no other page to go on to.
if (location.pathname !== "/offline") {
  addEventListener("online", look);
  setInterval(look, LOOK_MS);
}
