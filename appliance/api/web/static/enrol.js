// What is plugged in: adb tells no page of it, so the page asks, as long as somebody looks.

const ASK_MS = 1000; // a phone is on the page within two of these

if (document.getElementById("plugged")) {
  setInterval(() => {
    if (document.hidden || "offline" in document.documentElement.dataset) return;
    document.dispatchEvent(new CustomEvent("balie:refresh", { detail: "plugged" }));
  }, ASK_MS);
}
