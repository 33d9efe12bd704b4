// How a program and the test talk: lines of JSON; a link goes out, and back comes where the member's browser was sent.
import { strict as assert } from "node:assert";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const heard = async () => JSON.parse((await lines.next()).value);

export const facts = await heard();

export const passed = (step) => console.log(JSON.stringify({ passed: step }));

export const allowed = async (address) => {
  console.log(JSON.stringify({ visit: String(address) }));
  return new URL(await heard());
};

export const keyOf = async (jwk) => ({
  kid: jwk.kid,
  key: await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]),
});

export const WHO = JSON.stringify({ query: "{ viewer { audience scopes } }" });
export const ME = JSON.stringify({ query: "{ me { id wallet { available } } }" });
export const JSON_BODY = { "content-type": "application/json" };

export const tells = async (response, expected) => {
  assert.equal(response.status, 200);
  assert.deepEqual((await response.json()).data, expected);
};

// Leaves nothing waiting, so that the program ends by itself.
export const done = () => process.stdin.destroy();
export { assert };
