// Passkeys: a form with one is sent once the browser has made it, or signed with it.

const csrf = document.querySelector('meta[name="csrf"]').content;
const forms = document.querySelectorAll("form[data-passkey]");
const can = isSecureContext && "PublicKeyCredential" in window
  && "parseRequestOptionsFromJSON" in PublicKeyCredential;

async function asked(form) {
  const answer = await fetch(`${form.getAttribute("action")}/options`, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf },
  });
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
  } catch {
    said.textContent = form.dataset.failed;
  }
}

for (const form of forms) {
  form.hidden = !can;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
const insecure = document.getElementById("insecure");
if (insecure) insecure.hidden = isSecureContext;
