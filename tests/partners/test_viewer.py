"""Who the API believes is asking, and every token it does not believe."""

from __future__ import annotations

import base64
import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import text

from domain.ids import OutletId, new_id
from domain.storage import COALITION
from partners.clients import registering
from partners.issuer import Issuer
from partners.oauth import access_tokens, signing_keys
from partners.oauth.jose import TokenInvalid, verified
from partners.oauth.signing_keys import PublishedKeys
from partners.scopes import SANDBOX_DEFAULT
from tests.partners.conftest import ASSERTION, ISSUER, Place, assertion, public


def part(document: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


async def test_a_token_shows_the_partner_client_and_scopes_of_its_registration(place: Place) -> None:
    till = await place.client()
    viewer = (await place.viewer(authorization=f"Bearer {await place.token(till)}")).json()
    assert viewer["audience"] == "PARTNER"
    assert viewer["partner"] == str(place.kvass)
    assert viewer["client"] == str(till.client.client_id)
    assert viewer["scopes"] == sorted(SANDBOX_DEFAULT)
    assert viewer["sight"] == f"partner:{place.kvass}"
    assert viewer["sandbox"] is True


async def test_the_coalitions_own_client_sees_as_the_coalition(place: Place) -> None:
    viewer = await place.viewer(authorization=f"Bearer {await place.token(await place.client(partner_id=None))}")
    assert (viewer.json()["audience"], viewer.json()["sight"]) == ("COALITION", "coalition")


async def test_a_till_is_bound_to_its_outlet(place: Place) -> None:
    outlet_id = await an_outlet(place)
    viewer = await place.viewer(authorization=f"Bearer {await place.token(await place.client(outlet_id=outlet_id))}")
    assert viewer.json()["outlet"] == str(outlet_id)


async def test_without_a_token_the_viewer_is_nobody_and_sees_nothing(place: Place) -> None:
    viewer = (await place.viewer()).json()
    assert (viewer["audience"], viewer["sight"], viewer["scopes"]) == ("NOBODY", "", [])


async def test_the_scheme_is_read_in_any_case(place: Place) -> None:
    token = await place.token(await place.client())
    assert (await place.viewer(authorization=f"bEARER  {token}")).status_code == 200


async def test_another_scheme_is_challenged_without_an_error(place: Place) -> None:
    for header in ("Basic abc", "DPoP", "Bearer", "Bearer ", "nonsense"):
        answer = await place.viewer(authorization=header)
        assert answer.status_code == 401
        assert "error=" not in answer.headers["www-authenticate"]
        assert 'resource_metadata="' in answer.headers["www-authenticate"]


async def test_two_credentials_contradict_each_other(place: Place) -> None:
    token = await place.token(await place.client())
    twice = await place.browser.post(
        "/graphql", headers=[("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    )
    both = await place.viewer(authorization=f"Bearer {token}", x_csrf_token="x")
    for answer in (twice, both):
        assert answer.status_code == 400
        assert 'error="invalid_request"' in answer.headers["www-authenticate"]


async def test_every_token_that_is_not_ours_is_refused(place: Place) -> None:
    good = await place.token(await place.client())
    published = (await place.access.watch.standing()).keys
    for case, bad in forgeries(good, published).items():
        answer = await place.browser.post("/graphql", headers={b"Authorization": b"Bearer " + bad.encode("latin-1")})
        assert answer.status_code == 401, case
        assert 'error="invalid_token"' in answer.headers["www-authenticate"], case
    assert (await place.viewer(authorization=f"Bearer {good}")).status_code == 200


def forgeries(good: str, published: PublishedKeys) -> dict[str, str]:
    """Tokens that are wrong in one thing each; those of the first group are signed with our own key."""
    header, claims = verified(good, lambda _: published.current, algorithms=["ES256"], longest=4096)
    left, middle, right = good.split(".")

    def signed(header_change: dict[str, Any] | None = None, **change: Any) -> str:
        new_header = {n: v for n, v in {**header, **(header_change or {})}.items() if v is not None}
        new_claims = {n: v for n, v in {**claims, **change}.items() if v is not None}
        return jwt.encode(new_header, new_claims, published.current, algorithms=["ES256"], default_type=None)

    stranger = ECKey.generate_key("P-256", {"kid": published.current_kid})
    shared = OctKey.import_key("a shared secret of some length, to be sure", {"kid": published.current_kid})
    return {
        "no typ": signed({"typ": None}),
        "typ JWT": signed({"typ": "JWT"}),
        "typ of an assertion": signed({"typ": "client-authentication+jwt"}),
        "no kid": signed({"kid": None}),
        "unknown kid": signed({"kid": "other"}),
        "another issuer": signed(iss="https://elsewhere.example"),
        "another audience": signed(aud="https://elsewhere.example/graphql"),
        "audience in an array": signed(aud=[claims["aud"]]),
        "no audience": signed(aud=None),
        "expired": signed(exp=claims["iat"] - 1),
        "no exp": signed(exp=None),
        "exp as text": signed(exp=str(claims["exp"])),
        "exp as true": signed(exp=True),
        "no iat": signed(iat=None),
        "from the future": signed(iat=claims["exp"]),
        "not yet": signed(nbf=claims["exp"]),
        "no jti": signed(jti=None),
        "jti is no uuid": signed(jti="x"),
        "no grant": signed(gid=None),
        "no client": signed(client_id=None, sub=None),
        "subject of another": signed(sub=str(new_id())),
        "partner is no uuid": signed(partner="x"),
        "scope in an array": signed(scope=["purchases:write"]),
        "another key": jwt.encode(header, claims, stranger, algorithms=["ES256"]),
        "HS256": jwt.encode({**header, "alg": "HS256"}, claims, shared, algorithms=["HS256"]),
        "alg none": part({**header, "alg": "none"}) + f".{middle}.",
        "tampered claims": f"{left}.{part({**claims, 'scope': 'partners:manage'})}.{right}",
        "tampered header": f"{part({**header, 'x': 1})}.{middle}.{right}",
        "no signature": f"{left}.{middle}.",
        "half": good[: len(good) // 2],
        "too long": good + "." * 5000,
        "words": "not.a.token",
        "latin": "b\xe4r",
    }


@given(some.text(max_size=80), some.sampled_from(["header", "claims", "signature", "all"]))
def test_whatever_is_presented_is_read_or_refused_and_nothing_else(noise: str, place_of_noise: str) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    keys = PublishedKeys(current=key, readable={str(key.kid): key}, jwks={})
    encoded = base64.urlsafe_b64encode(noise.encode("utf-8", "surrogatepass")).rstrip(b"=").decode()
    header, claims = part({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}), part({"iss": ISSUER})
    presented = {
        "header": f"{encoded}.{claims}.x",
        "claims": f"{header}.{encoded}.x",
        "signature": f"{header}.{claims}.{encoded}",
        "all": noise,
    }[place_of_noise]
    with pytest.raises(TokenInvalid):
        access_tokens.read(presented, issuer=Issuer(ISSUER), keys=keys, now=datetime.now(UTC))


async def test_a_token_ends_after_five_minutes_remembered_or_not(place: Place) -> None:
    remembered, fresh = await place.token(await place.client()), await place.token(await place.client())
    assert (await place.viewer(authorization=f"Bearer {remembered}")).status_code == 200
    place.clock.advance(seconds=301)
    for token in (remembered, fresh):
        assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401


async def test_a_revoked_client_is_shut_out_within_five_seconds(place: Place) -> None:
    till = await place.client()
    token = await place.token(till)
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 200
    await place.write(registering.revoke, till.client.client_id, now=place.clock())
    place.clock.advance(seconds=5)
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401


async def test_a_secret_rotated_without_grace_takes_its_tokens_along(place: Place) -> None:
    till = await place.client()
    token = await place.token(till)
    new = await place.write(registering.rotate, till.client.client_id, now=place.clock())
    place.clock.advance(seconds=5)
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401
    assert (await place.viewer(authorization=f"Bearer {await place.token(new)}")).status_code == 200


async def test_the_tokens_of_a_partner_that_has_left_end_within_five_seconds(place: Place) -> None:
    token = await place.token(await place.client())
    async with place.database.session(COALITION) as session, session.begin():
        await session.execute(text("UPDATE partner SET status = 'CLOSED'"))
    place.clock.advance(seconds=5)
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401


async def test_a_remembered_token_asks_the_database_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    header = f"Bearer {await place.token(await place.client())}"
    await place.viewer(authorization=header)
    monkeypatch.setattr(place.database, "session", None)
    for _ in range(20):
        assert (await place.viewer(authorization=header)).status_code == 200


async def test_tokens_signed_before_a_rotation_stay_good(place: Place) -> None:
    place.clock.advance(minutes=6)
    before = await place.token(await place.client())
    await rotate(place)
    await place.access.watch.refresh()
    after = await place.token(await place.client())
    kids = [verified_header(token)["kid"] for token in (before, after)]
    assert kids[0] != kids[1]
    for token in (before, after):
        assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 200


async def test_a_leaked_key_takes_every_token_it_signed_along(place: Place) -> None:
    token = await place.token(await place.client())
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 200
    await rotate(place, leaked=True)
    place.clock.advance(seconds=5)
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401
    assert (await place.viewer(authorization=f"Bearer {await place.token(await place.client())}")).status_code == 200


async def test_the_log_at_its_most_talkative_shows_no_secret(
    place: Place, own_key: ECKey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    till, signer = await place.client(), await place.client(jwks=public(own_key))
    proof = assertion(signer.client.client_id, own_key, place.clock)
    token = await place.token(till)
    await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    await place.viewer(authorization=f"Bearer {token}")
    await place.viewer(authorization=f"Bearer {token}x")
    await place.ask("/oauth/introspect", auth=till, token=token)
    await place.ask("/oauth/revoke", auth=till, token=token)
    said = caplog.text + " ".join(str(record.__dict__) for record in caplog.records)
    for secret in (token, proof, till.secret or "", token.split(".")[2], proof.split(".")[2]):
        assert secret not in said


def verified_header(token: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))
    return header


async def rotate(place: Place, *, leaked: bool = False) -> None:
    async with place.access.transaction() as session:
        await signing_keys.rotate(session, sealing=place.access.keys.signing_keys, now=place.clock(), leaked=leaked)


async def an_outlet(place: Place) -> OutletId:
    outlet_id, brand_id, entity_id = OutletId(new_id()), new_id(), new_id()
    async with place.database.session(COALITION) as session, session.begin():
        await session.execute(
            text("INSERT INTO legal_entity (legal_entity_id, partner_id, name, country) VALUES (:e, :p, 'SIA', 'LV')"),
            {"e": entity_id, "p": place.kvass},
        )
        await session.execute(
            text("INSERT INTO brand (brand_id, partner_id, legal_entity_id, name) VALUES (:b, :p, :e, 'Kvass')"),
            {"b": brand_id, "p": place.kvass, "e": entity_id},
        )
        await session.execute(
            text(
                "INSERT INTO outlet (outlet_id, partner_id, brand_id, code, name, time_zone)"
                " VALUES (:o, :p, :b, '1', 'Old town', 'Europe/Riga')"
            ),
            {"o": outlet_id, "p": place.kvass, "b": brand_id},
        )
    return outlet_id
