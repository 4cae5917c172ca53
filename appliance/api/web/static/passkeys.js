// Passkeys: a form with one is sent once the browser has made it, or signed with it.

const csrf = document.querySelector('meta[name="csrf"]').content;
const forms = document.querySelectorAll("form[data-passkey]");
const hindrance = hindranceHere();

class ExpiredPage extends Error {}

// Empty where there is none. The numbers of an address stay what they are over https, too.
function hindranceHere() {
  if (/^\[|^[\d.]+$/.test(location.hostname)) return "address";
  if (!isSecureContext) return "insecure";
  const can = "PublicKeyCredential" in window
    && "parseRequestOptionsFromJSON" in PublicKeyCredential;
  return can ? "" : "old";
}

async function asked(form) {
  const answer = await fetch(`${form.getAttribute("action")}/options`, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf },
  });
  if (answer.status === 403 || answer.redirected) throw new ExpiredPage();
  if (!answer.ok) throw new Error(answer.status);
  const { key, options } = await answer.json();
  form.elements.key.value = key;
  return JSON.parse(options);
}

async function credential(form) {
  const options = await asked(form);
  if (form.dataset.passkey === "make") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey });
}

async function send(form) {
  const said = form.querySelector("[role=status]");
  said.textContent = "";
  try {
    form.elements.credential.value = JSON.stringify(await credential(form));
    form.submit();
  } catch (error) {
    said.textContent = error instanceof ExpiredPage ? form.dataset.expired : form.dataset.failed;
  }
}

for (const form of forms) {
  form.hidden = hindrance !== "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
for (const each of document.querySelectorAll("[data-hindrance]")) {
  each.hidden = each.dataset.hindrance !== hindrance;
}
const insecure = document.getElementById("insecure");
if (insecure) insecure.hidden = isSecureContext;
