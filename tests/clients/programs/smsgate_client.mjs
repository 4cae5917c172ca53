// Calls each method of SMSGate's client for npm once; reads `{url, token, to, line, hook}`.
// Its HTTP client is that of the package's own page. Writes by method what it gave.
import Client, { WebHookEventType } from "android-sms-gateway";

async function call(method, url, headers, body) {
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  const told = text ? JSON.parse(text) : null;
  return answer.ok ? told : { raised: answer.status, ...told };
}

const http = {
  get: (url, headers) => call("GET", url, headers),
  post: (url, body, headers) => call("POST", url, headers, body),
  put: (url, body, headers) => call("PUT", url, headers, body),
  patch: (url, body, headers) => call("PATCH", url, headers, body),
  delete: (url, headers) => call("DELETE", url, headers),
};

let input = "";
for await (const piece of process.stdin) input += piece;
const { url, token, to, line, hook } = JSON.parse(input);
const client = new Client("any", token, http, url);
const week = { since: new Date(Date.now() - 7 * 86_400_000), until: new Date(Date.now() + 7 * 86_400_000) };
const limits = { messages: { limitValue: 1000 } };

const message = { id: "node-1", phoneNumbers: [to], message: "From Node", ttl: 3600 };
const wanted = { id: "node", url: hook, event: WebHookEventType.SmsDelivered };

const steps = {
  send: () => client.send(message, { skipPhoneValidation: true }),
  "send again": () => client.send(message),
  getState: () => client.getState("node-1"),
  registerWebhook: () => client.registerWebhook(wanted),
  getWebhooks: () => client.getWebhooks(),
  deleteWebhook: () => client.deleteWebhook("node"),
  getDevices: () => client.getDevices(),
  deleteDevice: () => client.deleteDevice(line),
  getHealth: () => client.getHealth(),
  exportInbox: () => client.exportInbox({ deviceId: line, ...week }),
  getLogs: () => client.getLogs(week.since, week.until),
  getSettings: () => client.getSettings(),
  updateSettings: () => client.updateSettings(limits),
  patchSettings: () => client.patchSettings(limits),
};
const found = {};
for (const [name, step] of Object.entries(steps)) found[name] = await step();
process.stdout.write(JSON.stringify(found));
