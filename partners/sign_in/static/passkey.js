/** Asks the browser for a passkey, and sends what it answers with the form that wanted it. */

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const named = (credentials = []) => credentials.map((one) => ({ ...one, id: bytes(one.id) }));

const ceremonies = {
  show: (asked) =>
    navigator.credentials.get({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        allowCredentials: named(asked.allowCredentials),
      },
    }),
  register: (asked) =>
    navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: named(asked.excludeCredentials),
      },
    }),
};

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function written({ id, type, response }) {
  const said = PARTS.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return JSON.stringify({ id, rawId: id, type, response: Object.fromEntries(said) });
}

async function options(form) {
  const { form_token: token } = Object.fromEntries(new FormData(form));
  const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams({ form_token: token }) });
  if (answer.redirected) location.assign(answer.url); // the sign-in is too old for this: prove once more
  if (answer.status === 429) throw new DOMException("too often", "QuotaExceededError");
  return await answer.json();
}

const TROUBLES = {
  AbortError: "declined",
  InvalidStateError: "known",
  NotAllowedError: "declined",
  QuotaExceededError: "often",
};

async function begin(event) {
  const form = event.target;
  event.preventDefault();
  for (const trouble of form.querySelectorAll("[data-trouble]")) trouble.hidden = true;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const credential = await ceremonies[form.dataset.ceremony](await options(form));
    form.elements.credential.value = written(credential);
    form.submit();
  } catch (problem) {
    button.disabled = false;
    form.querySelector(`[data-trouble="${TROUBLES[problem.name] ?? "failed"}"]`).hidden = false;
  }
}

// A passkey is bound to a name: browsers make none for an address such as 127.0.0.1.
const able = "PublicKeyCredential" in window && !/^[\d.]+$|:/.test(location.hostname);
for (const form of document.querySelectorAll("form[data-ceremony]")) {
  form.hidden = !able;
  form.addEventListener("submit", begin);
}
for (const words of document.querySelectorAll("[data-without-passkeys]")) words.hidden = able;
for (const words of document.querySelectorAll("[data-with-passkeys]")) words.hidden = !able;
