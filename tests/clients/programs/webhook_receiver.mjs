// Judges requests as a receiver in Node does; reads a list of {secret, headers, body}.
import { readFileSync } from "node:fs";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const judged = ({ secret, headers, body }) => {
  try {
    return new Webhook(secret).verify(body, headers).type;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return "WebhookVerificationError";
  }
};
console.log(JSON.stringify({ node: JSON.parse(readFileSync(0, "utf-8")).map(judged) }));
