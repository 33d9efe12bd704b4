"""What must fail in several steps: reuse, replay, mix-up, downgrade and age of everything that counts once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
from joserfc.jwk import ECKey

from tests.partners.conftest import ASSERTION, assertion
from tests.partners.linking import proof
from tests.third_party.desk import Desk
from tests.third_party.negative_tokens import API, ISSUE, PROOF, STRANGER, TOKEN, UNAUTHORIZED, own_token, with_proof
from tests.third_party.negatives import CLIENT, GRANT, PAGE, REQUEST, Case


def story(name: str, status: int, error: str | None, tell: Callable[[Desk], Awaitable[httpx.Response]], /) -> Case:
    """Several steps, of which the last must fail."""
    return Case(name=name, send=tell, status=status, error=error)


async def code_again(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    code = await shop.code()
    assert (await shop.redeem(code)).status_code == 200
    return await shop.redeem(code)


async def tokens_of_a_code_that_came_twice(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    code = await shop.code()
    tokens = (await shop.redeem(code)).json()
    await shop.redeem(code)
    return await desk.api(("Authorization", f"Bearer {tokens['access_token']}"))


async def refresh_of_a_code_that_came_twice(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    code = await shop.code()
    tokens = (await shop.redeem(code)).json()
    await shop.redeem(code)
    return await shop.refresh(tokens["refresh_token"])


async def code_too_old(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    code = await shop.code()
    desk.clock.advance(seconds=61)
    return await shop.redeem(code)


async def code_of_another_client(desk: Desk) -> httpx.Response:
    shop, tea = await desk.shop(), await desk.shop(of_tea=True)
    code = await shop.code()
    return await tea.redeem(code, code_verifier=shop.verifier)


async def code_of_another_request(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    victim = await shop.code()
    await shop.push()
    return await shop.redeem(victim)


async def code_under_another_key(desk: Desk) -> httpx.Response:
    shop = await desk.shop(dpop=True)
    return await shop.redeem(await shop.code(), key=ECKey.generate_key("P-256"))


async def code_without_its_key(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    code = await shop.code(dpop_jkt=STRANGER.thumbprint())
    return await shop.redeem(code)


async def handle_again(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    handle = await shop.pushed()
    await shop.approve(handle)
    return await shop.arrive(handle)


async def handle_too_old(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    handle = await shop.pushed()
    desk.clock.advance(seconds=61)
    return await shop.arrive(handle)


async def handle_of_another_client(desk: Desk) -> httpx.Response:
    shop, tea = await desk.shop(), await desk.shop(of_tea=True)
    return await shop.arrive(await shop.pushed(), client=tea.name)


async def refresh_of_another_client(desk: Desk) -> httpx.Response:
    shop, tea = await desk.shop(), await desk.shop(of_tea=True)
    return await tea.refresh((await shop.linked())["refresh_token"])


async def refresh_again(desk: Desk) -> httpx.Response:
    app = await desk.shop(public=True)
    first = (await app.linked())["refresh_token"]
    assert (await app.refresh(first)).status_code == 200
    return await app.refresh(first)


async def refresh_after_reuse(desk: Desk) -> httpx.Response:
    app = await desk.shop(public=True)
    first = (await app.linked())["refresh_token"]
    second = (await app.refresh(first)).json()["refresh_token"]
    await app.refresh(first)
    return await app.refresh(second)


async def refresh_under_another_key(desk: Desk) -> httpx.Response:
    app = await desk.shop(public=True, dpop=True)
    token = (await app.linked())["refresh_token"]
    return await app.refresh(token, key=ECKey.generate_key("P-256"))


async def refresh_without_its_key(desk: Desk) -> httpx.Response:
    app = await desk.shop(public=True, dpop=True)
    token = (await app.linked())["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": app.name}
    return await desk.http.post("/oauth/token", data=form)


async def refresh_too_old(desk: Desk) -> httpx.Response:
    shop = await desk.another()
    token = (await shop.linked())["refresh_token"]
    desk.clock.advance(days=181)
    return await shop.refresh(token)


async def refresh_revoked(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    token = (await shop.linked())["refresh_token"]
    assert (await shop.post("/oauth/revoke", token=token)).status_code == 200
    return await shop.refresh(token)


async def access_of_a_revoked_refresh(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    tokens = await shop.linked()
    await shop.post("/oauth/revoke", token=tokens["refresh_token"])
    desk.clock.advance(seconds=5)
    return await desk.api(("Authorization", f"Bearer {tokens['access_token']}"))


async def access_too_old(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    token = (await shop.linked())["access_token"]
    desk.clock.advance(seconds=301)
    return await desk.api(("Authorization", f"Bearer {token}"))


async def id_token_as_access(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    return await desk.api(("Authorization", f"Bearer {(await shop.linked())['id_token']}"))


async def refresh_as_access(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    return await desk.api(("Authorization", f"Bearer {(await shop.linked())['refresh_token']}"))


async def access_as_assertion(desk: Desk) -> httpx.Response:
    shop = await desk.shop(keyed=True)
    token = (await shop.linked())["access_token"]
    return await desk.http.post("/oauth/token", data={**ASSERTION, "client_assertion": token})


async def assertion_as_access(desk: Desk) -> httpx.Response:
    shop = await desk.shop(keyed=True)
    assert shop.own_key is not None
    made = assertion(shop.name, shop.own_key, desk.clock, header={"typ": "at+jwt"}, aud=API)
    return await desk.api(("Authorization", f"Bearer {made}"))


async def assertion_again(desk: Desk) -> httpx.Response:
    shop = await desk.shop(keyed=True)
    assert shop.own_key is not None
    sent = {**ASSERTION, "client_assertion": assertion(shop.name, shop.own_key, desk.clock)}
    assert (await desk.http.post("/oauth/token", data=sent)).status_code == 200
    return await desk.http.post("/oauth/token", data=sent)


async def assertion_again_elsewhere(desk: Desk) -> httpx.Response:
    shop = await desk.shop(keyed=True)
    assert shop.own_key is not None
    sent = {**ASSERTION, "client_assertion": assertion(shop.name, shop.own_key, desk.clock)}
    assert (await desk.http.post("/oauth/token", data=sent)).status_code == 200
    return await desk.http.post("/oauth/introspect", data={**sent, "token": "x"})


async def proof_again(desk: Desk) -> httpx.Response:
    shop = await desk.shop(dpop=True)
    assert shop.key is not None
    made = proof(shop.key, desk.clock, url=ISSUE)
    assert (await own_token(desk, shop, ("DPoP", made))).status_code == 200
    return await own_token(desk, shop, ("DPoP", made))


async def proof_again_at_the_api(desk: Desk) -> httpx.Response:
    shop = await desk.shop(dpop=True)
    token = (await shop.linked())["access_token"]
    sent = with_proof()(desk, shop, token)
    assert (await desk.api(*sent)).status_code == 200
    return await desk.api(*sent)


async def proof_missing_from_a_bound_client(desk: Desk) -> httpx.Response:
    return await own_token(desk, await desk.shop(dpop=True))


async def two_proofs(desk: Desk) -> httpx.Response:
    shop = await desk.shop(dpop=True)
    assert shop.key is not None
    made = [("DPoP", proof(shop.key, desk.clock, url=ISSUE)) for _ in range(2)]
    return await own_token(desk, shop, *made)


async def two_tokens(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    token = (await shop.linked())["access_token"]
    return await desk.api(("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}"))


async def userinfo_without_openid(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    token = (await shop.linked(scope="balance:read", nonce=None))["access_token"]
    return await desk.http.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})


async def userinfo_of_a_client(desk: Desk) -> httpx.Response:
    shop = await desk.shop()
    token = (await shop.post("/oauth/token", grant_type="client_credentials")).json()["access_token"]
    return await desk.http.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})


async def userinfo_with_the_apis_proof(desk: Desk) -> httpx.Response:
    shop = await desk.shop(dpop=True)
    token = (await shop.linked())["access_token"]
    return await desk.http.get("/oauth/userinfo", headers=with_proof(method="GET")(desk, shop, token))


async def own_token_of_a_public_client(desk: Desk) -> httpx.Response:
    return await (await desk.shop(public=True)).post("/oauth/token", grant_type="client_credentials")


async def introspection_by_a_public_client(desk: Desk) -> httpx.Response:
    return await (await desk.shop(public=True)).post("/oauth/introspect", token="x")


async def public_client_as_a_confidential_one(desk: Desk) -> httpx.Response:
    shop = await desk.another()
    return await shop.post("/oauth/token", auth=False, client_id=shop.name, grant_type="client_credentials")


async def pushed_key_and_another_code_key(desk: Desk) -> httpx.Response:
    shop = await desk.shop(dpop=True)
    return await shop.push(dpop_jkt=STRANGER.thumbprint())


async def introspection_of_another_clients_token(desk: Desk) -> httpx.Response:
    """Not a refusal by its status: RFC 7662 tells of a token that is another's as of one that is none."""
    shop, tea = await desk.shop(), await desk.shop(of_tea=True)
    answer = await tea.post("/oauth/introspect", token=(await shop.linked())["access_token"])
    assert answer.json() == {"active": False}
    return await tea.post("/oauth/introspect")


STORIES = [
    story("reuse: a code", 400, GRANT, code_again),
    story("reuse: the access token of a code that came twice", 401, TOKEN, tokens_of_a_code_that_came_twice),
    story("reuse: the refresh token of a code that came twice", 400, GRANT, refresh_of_a_code_that_came_twice),
    story("reuse: a pushed request that was answered", 400, PAGE, handle_again),
    story("reuse: a public client's refresh token", 400, GRANT, refresh_again),
    story("reuse: what followed a refresh token that came twice", 400, GRANT, refresh_after_reuse),
    story("reuse: an assertion", 401, CLIENT, assertion_again),
    story("replay: an assertion at another endpoint", 401, CLIENT, assertion_again_elsewhere),
    story("reuse: a proof", 400, PROOF, proof_again),
    story("reuse: a proof at the API", 401, PROOF, proof_again_at_the_api),
    story("replay: the API's proof at userinfo", 401, PROOF, userinfo_with_the_apis_proof),
    story("mix-up: another client's code", 400, GRANT, code_of_another_client),
    story("mix-up: a code put into another request", 400, GRANT, code_of_another_request),
    story("mix-up: another client's pushed request", 400, PAGE, handle_of_another_client),
    story("mix-up: another client's refresh token", 400, GRANT, refresh_of_another_client),
    story("mix-up: another client's token, and then none", 400, REQUEST, introspection_of_another_clients_token),
    story("mix-up: an id token for the API", 401, TOKEN, id_token_as_access),
    story("mix-up: a refresh token for the API", 401, TOKEN, refresh_as_access),
    story("mix-up: an access token as an assertion", 401, CLIENT, access_as_assertion),
    story("mix-up: an assertion as an access token", 401, TOKEN, assertion_as_access),
    story("key: a code under another", 400, GRANT, code_under_another_key),
    story("key: a code without its own", 400, PROOF, code_without_its_key),
    story("key: a refresh token under another", 400, GRANT, refresh_under_another_key),
    story("key: a refresh token without its own", 400, PROOF, refresh_without_its_key),
    story("key: none from a client that is bound to one", 400, PROOF, proof_missing_from_a_bound_client),
    story("key: two proofs", 400, PROOF, two_proofs),
    story("key: one is named, another proven", 400, REQUEST, pushed_key_and_another_code_key),
    story("age: a code", 400, GRANT, code_too_old),
    story("age: a pushed request", 400, PAGE, handle_too_old),
    story("age: an access token", 401, TOKEN, access_too_old),
    story("age: a refresh token", 400, GRANT, refresh_too_old),
    story("revoked: a refresh token", 400, GRANT, refresh_revoked),
    story("revoked: the access token beside it", 401, TOKEN, access_of_a_revoked_refresh),
    story("two access tokens in one request", 400, REQUEST, two_tokens),
    story("userinfo without openid", 403, "insufficient_scope", userinfo_without_openid),
    story("userinfo of a client", 403, "insufficient_scope", userinfo_of_a_client),
    story("downgrade: a public client for itself", 400, UNAUTHORIZED, own_token_of_a_public_client),
    story("downgrade: a public client introspects", 401, CLIENT, introspection_by_a_public_client),
    story("downgrade: a client with a secret as a public one", 401, CLIENT, public_client_as_a_confidential_one),
]
