// Every flow with openid-client, as an application would write it.
import * as openid from "openid-client";
import { ME, JSON_BODY, WHO, allowed, assert, done, facts, keyOf, passed, tells } from "./talking.mjs";

const issuer = new URL(facts.issuer);
const api = new URL(facts.api);
const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks]; // this machine's own address has no TLS
const discovered = (client, authentication) =>
  openid.discovery(issuer, client.client_id, undefined, authentication, { execute });

const shops = [
  {
    name: "with a secret",
    config: await discovered(facts.with_secret, openid.ClientSecretBasic(facts.with_secret.secret)),
  },
  {
    name: "with a key",
    config: await discovered(facts.with_key, openid.PrivateKeyJwt(await keyOf(facts.with_key.key))),
    bound: true,
  },
  { name: "public", config: await discovered(facts.public, openid.None()), bound: true, open: true },
];
for (const shop of shops) {
  if (shop.bound) shop.DPoP = openid.getDPoPHandle(shop.config, await openid.randomDPoPKeyPair("ES256"));
}
passed("discovery, with signatures checked");

const ask = ({ config, DPoP }, token, body) =>
  openid.fetchProtectedResource(config, token, api, "POST", body, new Headers(JSON_BODY), { DPoP });

for (const shop of shops.filter(({ open }) => !open)) {
  const { config, DPoP } = shop;
  const token = await openid.clientCredentialsGrant(config, { scope: "purchases:read" }, { DPoP });
  await tells(await ask(shop, token.access_token, WHO), { viewer: { audience: "PARTNER", scopes: ["purchases:read"] } });
  assert.equal((await openid.tokenIntrospection(config, token.access_token)).active, true);
  await openid.tokenRevocation(config, token.access_token);
  assert.equal((await openid.tokenIntrospection(config, token.access_token)).active, false);
  passed(`${shop.name}: client credentials, the API, introspection, revocation`);
}

for (const shop of shops) {
  const { config, DPoP } = shop;
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: openid.randomState(), expectedNonce: openid.randomNonce(), maxAge: 300 };
  const address = await openid.buildAuthorizationUrlWithPAR(
    config,
    {
      redirect_uri: facts.back,
      scope: ["openid", ...facts.scopes].join(" "),
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      max_age: "300",
    },
    { DPoP },
  );
  assert.deepEqual([...address.searchParams.keys()].sort(), ["client_id", "request_uri"]);
  const back = await allowed(address);
  await assert.rejects(openid.authorizationCodeGrant(config, back, { ...checks, expectedState: "another" }, undefined, { DPoP }));
  const token = await openid.authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true }, undefined, { DPoP });
  const { sub } = token.claims();
  passed(`${shop.name}: a pushed request, code and PKCE, id token`);
  assert.equal((await openid.fetchUserInfo(config, token.access_token, sub, { DPoP })).sub, sub);
  const { data } = await (await ask(shop, token.access_token, ME)).json();
  assert.deepEqual(data.me.wallet, { available: "0" });
  passed(`${shop.name}: userinfo, and the API on the member's behalf`);
  const next = await openid.refreshTokenGrant(config, token.refresh_token, undefined, { DPoP });
  assert.equal(Boolean(shop.open), next.refresh_token !== undefined && next.refresh_token !== token.refresh_token);
  const last = next.refresh_token ?? token.refresh_token;
  await openid.tokenRevocation(config, last, { token_type_hint: "refresh_token" });
  await assert.rejects(openid.refreshTokenGrant(config, last, undefined, { DPoP }), (refused) => refused.error === "invalid_grant");
  passed(`${shop.name}: refreshed, and revoked`);
}
done();
