// Every flow with oauth4webapi, each answer through the strictest check that it has.
import * as oauth from "oauth4webapi";
import { ME, JSON_BODY, WHO, allowed, assert, done, facts, keyOf, passed, tells } from "./talking.mjs";

const insecure = { [oauth.allowInsecureRequests]: true }; // this machine's own address has no TLS
const issuer = new URL(facts.issuer);
const api = new URL(facts.api);

const resource = await oauth.processResourceDiscoveryResponse(api, await oauth.resourceDiscoveryRequest(api, insecure));
assert.deepEqual(resource.authorization_servers, [facts.issuer]);
passed("resource metadata (RFC 9728)");

const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }));
passed("server metadata with a strict issuer (RFC 8414)");
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oidc", ...insecure }));
assert.deepEqual({ ...as, ...server }, as);
assert.equal(as.authorization_response_iss_parameter_supported, true);
passed("OpenID discovery");

const ask = (token, body, options = {}) =>
  oauth.protectedResourceRequest(token, "POST", api, new Headers(JSON_BODY), body, { ...insecure, ...options });

const credentials = async ({ client, authentication, DPoP, kind }) => {
  const sent = await oauth.clientCredentialsGrantRequest(as, client, authentication, { scope: "purchases:read" }, { DPoP, ...insecure });
  const token = await oauth.processClientCredentialsResponse(as, client, sent);
  assert.equal(token.token_type, kind);
  assert.equal(token.scope, "purchases:read");
  await tells(await ask(token.access_token, WHO, { DPoP }), { viewer: { audience: "PARTNER", scopes: ["purchases:read"] } });
  return token.access_token;
};

const look = async (shop, token) => {
  const sent = await oauth.introspectionRequest(as, shop.client, shop.authentication, token, insecure);
  return oauth.processIntrospectionResponse(as, shop.client, sent);
};

const end = async (shop, token) =>
  oauth.processRevocationResponse(await oauth.revocationRequest(as, shop.client, shop.authentication, token, insecure));

const own = async (shop) => {
  const token = await credentials(shop);
  passed(`${shop.name}: client credentials, and the API takes the token`);
  const about = await look(shop, token);
  assert.equal(about.active, true);
  assert.equal(about.client_id, shop.client.client_id);
  const request = new Request(api, { method: "POST", headers: shop.DPoP ? {} : { authorization: `Bearer ${token}` } });
  if (!shop.DPoP) {
    const claims = await oauth.validateJwtAccessToken(as, request, facts.api, insecure);
    assert.equal(claims.client_id, shop.client.client_id);
    passed(`${shop.name}: the token is one of RFC 9068`);
  }
  await end(shop, token);
  assert.equal((await look(shop, token)).active, false);
  await assert.rejects(ask(token, WHO, { DPoP: shop.DPoP }), (refused) => refused.status === 401 && refused.cause[0].parameters.error === "invalid_token");
  passed(`${shop.name}: introspection, and after revocation neither it nor the API knows the token`);
};

const linked = async (shop, { push }) => {
  const { client, authentication, DPoP } = shop;
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: facts.back,
    response_type: "code",
    scope: ["openid", ...facts.scopes].join(" "),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    max_age: "300",
    state,
    nonce,
  });
  const address = new URL(as.authorization_endpoint);
  if (push) {
    const sent = await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { DPoP, ...insecure });
    const pushed = await oauth.processPushedAuthorizationResponse(as, client, sent);
    address.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri });
    passed(`${shop.name}: a pushed request (RFC 9126)`);
  } else {
    address.search = parameters;
  }
  const back = await allowed(address);
  const answer = oauth.validateAuthResponse(as, client, back, state);
  assert.throws(() => oauth.validateAuthResponse({ ...as, issuer: "https://another.example" }, client, back, state));
  passed(`${shop.name}: the answer names its issuer and the state (RFC 9207)`);
  const sent = await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, facts.back, verifier, { DPoP, ...insecure });
  const token = await oauth.processAuthorizationCodeResponse(as, client, sent, { expectedNonce: nonce, maxAge: 300, requireIdToken: true });
  await oauth.validateApplicationLevelSignature(as, sent, insecure);
  const claims = oauth.getValidatedIdTokenClaims(token);
  assert.equal(token.token_type, shop.kind);
  passed(`${shop.name}: code and PKCE, id token with nonce, at_hash, auth_time and signature`);
  const about = await oauth.userInfoRequest(as, client, token.access_token, { DPoP, ...insecure });
  assert.equal((await oauth.processUserInfoResponse(as, client, claims.sub, about)).sub, claims.sub);
  passed(`${shop.name}: userinfo of the same subject`);
  const { data } = await (await ask(token.access_token, ME, { DPoP })).json();
  assert.deepEqual(data.me.wallet, { available: "0" });
  passed(`${shop.name}: the API, on the member's behalf`);
  const again = () =>
    oauth.authorizationCodeGrantRequest(as, client, authentication, answer, facts.back, verifier, { DPoP, ...insecure })
      .then((second) => oauth.processAuthorizationCodeResponse(as, client, second));
  return { token, claims, again };
};

const refreshed = async (shop, token) => {
  const sent = await oauth.refreshTokenGrantRequest(as, shop.client, shop.authentication, token, { DPoP: shop.DPoP, ...insecure });
  return oauth.processRefreshTokenResponse(as, shop.client, sent);
};

const pair = () => oauth.generateKeyPair("ES256");
const shops = {
  secret: {
    name: "with a secret",
    client: { client_id: facts.with_secret.client_id },
    authentication: oauth.ClientSecretBasic(facts.with_secret.secret),
    kind: "bearer",
  },
  key: {
    name: "with a key",
    client: { client_id: facts.with_key.client_id },
    authentication: oauth.PrivateKeyJwt(await keyOf(facts.with_key.key)),
    kind: "dpop",
  },
  open: {
    name: "public",
    client: { client_id: facts.public.client_id },
    authentication: oauth.None(),
    kind: "dpop",
  },
};
for (const shop of [shops.key, shops.open]) shop.DPoP = oauth.DPoP(shop.client, await pair());

await own(shops.secret);
await own(shops.key);

const refusedWith = (error) => (refused) => refused.error === error;

const kept = async (shop, token) => {
  const first = token.refresh_token;
  const second = await refreshed(shop, first);
  const { data } = await (await ask(second.access_token, ME, { DPoP: shop.DPoP })).json();
  assert.deepEqual(data.me.wallet, { available: "0" });
  if (shop !== shops.open) {
    assert.equal(second.refresh_token ?? first, first);
    passed(`${shop.name}: refreshed, and the refresh token stays`);
    await end(shop, first);
    await assert.rejects(refreshed(shop, first), refusedWith("invalid_grant"));
    passed(`${shop.name}: a revoked refresh token is refused`);
    return;
  }
  assert.notEqual(second.refresh_token, first);
  const third = await refreshed(shop, second.refresh_token);
  passed(`${shop.name}: refreshed, and each refresh token is another`);
  await assert.rejects(refreshed(shop, first), refusedWith("invalid_grant"));
  passed(`${shop.name}: a used refresh token is refused`);
  assert.ok(third.refresh_token);
};

const subjects = new Set();
for (const shop of Object.values(shops)) {
  const { token, claims } = await linked(shop, { push: true });
  subjects.add(claims.sub);
  await kept(shop, token);
}
assert.equal(subjects.size, 1);
passed("one partner knows a member by one subject, whichever client asks");

const { token, again } = await linked(shops.secret, { push: false });
passed("a plain request in the sandbox");
await assert.rejects(again(), refusedWith("invalid_grant"));
await assert.rejects(refreshed(shops.secret, token.refresh_token), refusedWith("invalid_grant"));
passed("a code that comes twice ends what came of it");

const other = oauth.DPoP(shops.key.client, await pair());
const bound = await linked(shops.key, { push: true });
await assert.rejects(ask(bound.token.access_token, ME, { DPoP: other }), (refused) => refused.status === 401);
await assert.rejects(ask(bound.token.access_token, ME), (refused) => refused.status === 401);
passed("a bound token counts with its own key alone");
done();
