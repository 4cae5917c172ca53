// What a browser does beside the page: it says that Balie cannot be reached, and notifies. Over plain
// http it has no way to; without somebody's wish nothing more is loaded here.

const notices = () => import("./notices.js");

async function begin() {
  await navigator.serviceWorker?.register("/service-worker.js");
  if (localStorage.getItem("push")) await (await notices()).renew();
}

document.addEventListener("balie:arrived", async ({ detail }) => {
  if (localStorage.getItem("notices")) await (await notices()).tell(detail);
});

begin().catch(() => {}); // without connection it begins with the next page
