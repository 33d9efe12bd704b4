"""The token endpoint: who gets a token, and everything that does not."""

from __future__ import annotations

import base64
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import text

from domain.storage import COALITION
from partners.clients import ceilings, registering
from partners.scopes import SANDBOX_DEFAULT, Scope, written
from tests.partners.conftest import ISSUER, READER, Place, outcome, outside_sandbox


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def test_a_client_with_its_secret_gets_a_token_of_five_minutes(place: Place) -> None:
    answer = await place.ask("/oauth/token", auth=await place.client(), grant_type="client_credentials")
    body = answer.json()
    assert answer.status_code == 200
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 300
    assert answer.headers["cache-control"] == "no-store"
    assert "refresh_token" not in body


async def test_a_token_is_an_rfc_9068_token_without_personal_data(place: Place) -> None:
    till = await place.client(name="Anna Bērziņa's till")
    token = await place.token(till)
    key_set = (await place.browser.get("/oauth/jwks")).json()
    header = jwt.decode(token, ECKey.import_key(key_set["keys"][0]), algorithms=["ES256"]).header
    claims = jwt.decode(token, ECKey.import_key(key_set["keys"][0]), algorithms=["ES256"]).claims
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": key_set["keys"][0]["kid"]}
    assert claims["iss"] == ISSUER
    assert claims["aud"] == ISSUER + "/graphql"
    assert claims["sub"] == claims["client_id"] == str(till.client.client_id)
    assert claims["exp"] - claims["iat"] == 300
    assert claims["partner"] == str(place.kvass)
    assert set(claims) == {"iss", "aud", "sub", "client_id", "iat", "exp", "jti", "gid", "scope", "partner", "sandbox"}


async def test_without_a_scope_a_client_gets_all_it_has(place: Place) -> None:
    answer = await place.ask("/oauth/token", auth=await place.client(), grant_type="client_credentials")
    assert answer.json()["scope"] == written(SANDBOX_DEFAULT)


async def test_an_empty_scope_counts_as_left_out(place: Place) -> None:
    answer = await place.ask("/oauth/token", auth=await place.client(), grant_type="client_credentials", scope="")
    assert answer.json()["scope"] == written(SANDBOX_DEFAULT)


async def test_a_client_gets_the_scopes_it_asks_for_and_no_more(place: Place) -> None:
    till = await place.client()
    answer = await place.ask(
        "/oauth/token", auth=till, grant_type="client_credentials", scope="rewards:read purchases:write"
    )
    assert answer.json()["scope"] == "purchases:write rewards:read"


BAD_SCOPES = [
    "purchases:write nonsense",
    "purchases:write settlement:approve",
    "purchases:write  rewards:read",
    " purchases:write",
    "PURCHASES:WRITE",
    "purchases:write,rewards:read",
    'purchases:write"',
    "purchases:write\\",
]


async def test_a_scope_that_is_unknown_malformed_or_not_held_is_refused_not_dropped(place: Place) -> None:
    till = await place.client()
    answers = {
        scope: await place.ask("/oauth/token", auth=till, grant_type="client_credentials", scope=scope)
        for scope in BAD_SCOPES
    }
    assert {scope: outcome(answer) for scope, answer in answers.items()} == dict.fromkeys(
        BAD_SCOPES, (400, "invalid_scope")
    )


async def test_a_ceiling_lowered_later_holds_from_the_next_token_on(place: Place) -> None:
    till = await place.client()
    await place.write(
        ceilings.set_ceiling, place.kvass, frozenset({Scope.PURCHASES_WRITE, Scope.PARTNERS_MANAGE}), now=place.clock()
    )
    answer = await place.ask("/oauth/token", auth=till, grant_type="client_credentials")
    assert answer.json()["scope"] == "purchases:write"


BAD_FORMS: list[tuple[dict[str, str], str]] = [
    ({}, "invalid_request"),
    ({"grant_type": ""}, "invalid_request"),
    ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
    ({"grant_type": "authorization_code", "code": "x"}, "unauthorized_client"),
    ({"grant_type": "refresh_token", "refresh_token": "x"}, "unauthorized_client"),
    ({"grant_type": 'a"b\\c'}, "unsupported_grant_type"),
    ({"grant_type": "client_credentials", "resource": "https://elsewhere.example/graphql"}, "invalid_target"),
    ({"grant_type": "client_credentials", "client_secret": "x"}, "invalid_request"),
    ({"grant_type": "client_credentials", "client_assertion": "x"}, "invalid_request"),
]


async def test_a_request_that_is_none_is_refused_by_its_rfc_name(place: Place) -> None:
    till = await place.client()
    for form, error in BAD_FORMS:
        answer = await place.ask("/oauth/token", auth=till, **form)
        assert outcome(answer) == (400, error), form
        assert not set('"\\') & set(answer.json().get("error_description", "")), form


async def test_the_resource_may_be_named_if_it_is_ours(place: Place) -> None:
    await place.token(await place.client(), resource=ISSUER + "/graphql")


async def _raw(
    place: Place, body: bytes, content_type: str = "application/x-www-form-urlencoded", **headers: str
) -> Any:
    return await place.browser.post("/oauth/token", content=body, headers={"Content-Type": content_type, **headers})


HOSTILE_BODIES = [
    (b"grant_type=client_credentials&grant_type=client_credentials", 400),
    (b"grant_type=client_credentials&scope=a&scope=b", 400),
    (b"grant_type=client_credentials&x=1&x=2", 400),
    (b"grant_type=%ff%fe", 400),
    (b"grant_type=client_credentials&scope=%ff", 400),
    (b"grant_type=\xff", 400),
    (b"grant_type=client_credentials&scope=%00", 400),
    (b"grant_type=client_credentials&scope=%C4%81", 400),
    (b"a=1&" * 40, 400),
    (b"grant_type=" + b"a" * 20_000, 413),
    (b"", 400),
    (b"&&&===&", 400),
]


async def test_a_hostile_body_is_a_bad_request_and_never_an_error_of_ours(place: Place) -> None:
    till = await place.client()
    for body, status in HOSTILE_BODIES:
        answer = await _raw(place, body, **basic(str(till.client.client_id), till.secret or ""))
        assert outcome(answer) == (status, "invalid_request"), body[:60]


async def test_json_is_not_a_form(place: Place) -> None:
    answer = await _raw(place, b'{"grant_type": "client_credentials"}', "application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_unknown_parameters_are_ignored_whatever_they_hold(place: Place) -> None:
    till = await place.client()
    answer = await _raw(
        place,
        "grant_type=client_credentials&café=%22ā%22".replace("ā", "%C4%81").replace("é", "%C3%A9").encode(),
        **basic(str(till.client.client_id), till.secret or ""),
    )
    assert answer.status_code == 200


async def test_credentials_in_the_address_count_for_nothing(place: Place) -> None:
    till = await place.client()
    answer = await place.browser.post(
        f"/oauth/token?grant_type=client_credentials&client_id={till.client.client_id}&client_secret={till.secret}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 400


async def test_only_post_is_answered(place: Place) -> None:
    assert (await place.browser.get("/oauth/token")).status_code == 405


MALFORMED_HEADERS = [
    b"Basic",
    b"Basic ",
    b"Basic !!!!",
    b"Basic " + base64.b64encode(b"no colon"),
    b"Basic " + base64.b64encode(b"\xff\xfe:\xff"),
    b"Basic " + base64.b64encode(b"%ff:%fe"),
    b"Basic " + base64.b64encode(b":"),
    b"Basic " + base64.b64encode(b"\x00:\x00"),
    b"Basic " + base64.b64encode(b"0" * 9000),
    b"Bearer abc",
    b"Digest username=x",
    b"B\xe4sic eA==",
]


async def test_a_malformed_authorization_header_is_an_unproven_client(place: Place) -> None:
    for header in MALFORMED_HEADERS:
        answer = await place.browser.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, headers={b"Authorization": header}
        )
        assert outcome(answer) == (401, "invalid_client"), header[:40]
        assert answer.headers["www-authenticate"].startswith(f'Basic realm="{ISSUER}"')


async def test_unknown_client_and_wrong_secret_read_the_same(place: Place) -> None:
    till = await place.client()
    form = {"grant_type": "client_credentials"}
    wrong = await place.browser.post("/oauth/token", data=form, auth=(str(till.client.client_id), "wrong"))
    unknown = await place.browser.post(
        "/oauth/token", data=form, auth=("0198f000-0000-7000-8000-000000000000", "wrong")
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_a_client_id_has_one_spelling(place: Place) -> None:
    till = await place.client()
    for spelling in (till.client.client_id.hex, f"{{{till.client.client_id}}}", str(till.client.client_id).upper()):
        answer = await place.browser.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(spelling, till.secret or "")
        )
        assert answer.status_code == 401, spelling


async def test_nobody_gets_no_token(place: Place) -> None:
    answer = await place.ask("/oauth/token", grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_secret_in_the_body_is_not_a_method_of_ours(place: Place) -> None:
    till = await place.client()
    answer = await place.ask(
        "/oauth/token",
        grant_type="client_credentials",
        client_id=str(till.client.client_id),
        client_secret=till.secret,
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_two_authorization_headers_are_one_too_many(place: Place) -> None:
    till = await place.client()
    header = basic(str(till.client.client_id), till.secret or "")["Authorization"]
    answer = await place.browser.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        headers=[("Authorization", header), ("Authorization", header)],
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_another_clients_id_beside_the_credential_is_refused(place: Place) -> None:
    one, other = await place.client(), await place.client()
    answer = await place.ask(
        "/oauth/token", auth=one, grant_type="client_credentials", client_id=str(other.client.client_id)
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_revoked_client_gets_no_token(place: Place) -> None:
    till = await place.client()
    await place.write(registering.revoke, till.client.client_id, now=place.clock())
    assert (await place.ask("/oauth/token", auth=till, grant_type="client_credentials")).status_code == 401


async def test_a_client_of_a_partner_that_has_left_gets_no_token(place: Place) -> None:
    till = await place.client()
    async with place.database.session(COALITION) as session, session.begin():
        await session.execute(text("UPDATE partner SET status = 'CLOSED'"))
    assert (await place.ask("/oauth/token", auth=till, grant_type="client_credentials")).status_code == 401


async def test_a_secret_with_a_grace_works_beside_the_new_one_until_it_ends(place: Place) -> None:
    old = await place.client()
    new = await place.write(
        registering.rotate, old.client.client_id, now=place.clock(), grace=registering.LONGEST_GRACE / 7
    )
    await place.token(old)
    await place.token(new)
    place.clock.advance(days=1, seconds=1)
    assert (await place.ask("/oauth/token", auth=old, grant_type="client_credentials")).status_code == 401
    await place.token(new)


async def test_a_secret_rotated_without_grace_ends_at_once(place: Place) -> None:
    old = await place.client()
    await place.write(registering.rotate, old.client.client_id, now=place.clock())
    assert (await place.ask("/oauth/token", auth=old, grant_type="client_credentials")).status_code == 401


async def test_outside_the_sandbox_a_secret_is_enough_for_reading_only(place: Place) -> None:
    await outside_sandbox(place)
    reader = await place.client(scopes=READER)
    await place.token(reader)
