// The provider of log-ins, as npm has it, with one client and one person. It says its address.
import Provider from "oidc-provider";

const [client_id, client_secret, redirect_uri, email] = process.argv.slice(2);
const server = (await import("node:http")).createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id, client_secret, redirect_uris: [redirect_uri] }],
    claims: { email: ["email", "email_verified"] },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, email, email_verified: true }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
