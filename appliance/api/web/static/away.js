// Lets the browser say that Balie cannot be reached, and notify while no page is open. Over plain
// http it has no way to.

navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
