// Sound and notifications, as somebody wants them in this browser.

const csrf = document.querySelector('meta[name="csrf"]').content;
const staff = document.querySelector('meta[name="staff"]').content;
const TOLD = "push-told"; // in which session Balie was told last that this browser is there
const NOTES_HZ = [660, 880];
const NOTE_S = 0.12;

/** `sound` and `shown`: what is done while Balie is open. */
export function wishes() {
  return JSON.parse(localStorage.getItem("notices") ?? "{}");
}

export function wish(changed) {
  const { sound, shown } = { ...wishes(), ...changed };
  if (sound || shown) localStorage.setItem("notices", JSON.stringify({ sound, shown }));
  else localStorage.removeItem("notices");
}

export function ring() {
  const sound = new AudioContext();
  NOTES_HZ.forEach((hertz, number) => {
    const note = new OscillatorNode(sound, { frequency: hertz });
    const loud = new GainNode(sound, { gain: 0.15 });
    note.connect(loud).connect(sound.destination);
    note.start(number * NOTE_S);
    note.stop((number + 1) * NOTE_S);
    if (hertz === NOTES_HZ.at(-1)) note.onended = () => sound.close();
  });
}

async function show({ title, body, tag, address }) {
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker) return worker.showNotification(title, { body, tag, data: { address } });
  const notice = new Notification(title, { body, tag });
  notice.onclick = () => { focus(); location.assign(address); };
  return notice;
}

function looksAt(conversation) {
  return document.hasFocus() && document.getElementById("open")?.value === conversation;
}

/** Somebody wrote, or a colleague made it one's own. What of it may be said here now, Balie knows. */
export async function tell({ conversation, why }) {
  if (looksAt(conversation)) return;
  const about = new URLSearchParams({ conversation, why });
  const answer = await fetch(`/me/notifications/news?${about}`).catch(() => null);
  if (answer?.status !== 200) return;
  const { sound, shown } = wishes();
  if (sound) ring();
  if (shown && Notification.permission === "granted") await show(await answer.json());
}

// While no page is open

function post(address, values) {
  return fetch(address, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, "HX-Request": "true" },
    body: new URLSearchParams(values),
  });
}

async function manager() {
  return (await navigator.serviceWorker?.getRegistration())?.pushManager;
}

async function tellBalie(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return post("/me/notifications/browser", { endpoint, public_key: keys.p256dh, secret: keys.auth });
}

/** The answer of Balie; it raises what the browser does. */
export async function subscribe(key) {
  await navigator.serviceWorker.ready;
  const push = await manager();
  await (await push.getSubscription())?.unsubscribe(); // it may be for a key of before
  const subscription = await push.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const answer = await tellBalie(subscription);
  if (answer.ok) localStorage.setItem("push", staff);
  else await subscription.unsubscribe();
  return answer;
}

export async function end() {
  localStorage.removeItem("push");
  const subscription = await (await manager())?.getSubscription();
  if (!subscription) return;
  await post("/me/notifications/browser/end", { endpoint: subscription.endpoint }).catch(() => {});
  await subscription.unsubscribe();
}

/** Whether this browser is told while no page is open, for who is logged in here. */
export async function isTold() {
  return localStorage.getItem("push") === staff && Boolean(await (await manager())?.getSubscription());
}

/** A new log-in, or another person's: the wish is of whoever had it. */
export async function renew() {
  if (localStorage.getItem("push") !== staff) return end();
  if (sessionStorage.getItem(TOLD) === csrf) return undefined;
  const subscription = await (await manager())?.getSubscription();
  if (subscription && (await tellBalie(subscription)).ok) sessionStorage.setItem(TOLD, csrf);
  return undefined;
}
