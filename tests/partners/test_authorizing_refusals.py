"""Requests that are none: told to the client where that is safe, and otherwise to nobody but the one who looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from joserfc.jwk import ECKey

from domain.ids import MemberId, new_id
from partners.clients import ceilings, registering
from partners.oauth import authorizing
from partners.oauth.authorizing import AuthorizationRefused
from partners.oauth.forms import OF_AUTHORIZATION
from partners.scopes import Scope
from partners.sign_in.sessions import Subject
from tests.partners.conftest import ISSUER, Place, outcome
from tests.partners.linking import BACK, a_shop, read
from tests.partners.test_sign_in import person_in, signed_in

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_type": 'co"de'}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"response_mode": "form_post"}, "invalid_request"),
    ({"response_mode": "query.jwt"}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": "s256"}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge": 'x"' * 30}, "invalid_request"),
    ({"scope": None}, "invalid_scope"),
    ({"scope": "balance:read nonsense"}, "invalid_scope"),
    ({"scope": "purchases:read"}, "invalid_scope"),
    ({"scope": "codes:redeem"}, "invalid_scope"),
    ({"scope": "balance:read  history:read"}, "invalid_scope"),
    ({"scope": "openid email"}, "invalid_scope"),
    ({"scope": 'balance:read"'}, "invalid_scope"),
    ({"resource": "https://elsewhere.example"}, "invalid_target"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "create"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"max_age": "9" * 30}, "invalid_request"),
    ({"dpop_jkt": "short"}, "invalid_request"),
    ({"nonce": "ā"}, "invalid_request"),
    ({"nonce": "x" * 5000}, "invalid_request"),
]


@pytest.mark.parametrize(("change", "error"), WRONG)
async def test_what_is_wrong_is_told_to_the_client(place: Place, change: dict[str, Any], error: str) -> None:
    shop = await a_shop(place)
    pushed = await shop.push(**change)
    assert outcome(pushed) == (400, error)
    assert not set('"\\') & set(pushed.json().get("error_description", ""))
    plain = await place.browser.get("/oauth/authorize", params=shop.request(**change))
    assert plain.status_code == 303
    assert plain.headers["location"].startswith(BACK + "&error=")
    answer = read(plain.headers["location"])
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "a state", ISSUER)
    assert plain.headers["referrer-policy"] == "no-referrer"
    assert plain.headers["cache-control"] == "no-store"


UNTOLD: list[dict[str, Any]] = [
    {"client_id": None},
    {"client_id": "nobody"},
    {"client_id": "0198f000-0000-7000-8000-000000000000"},
    {"redirect_uri": None},
    {"redirect_uri": "https://shop.example/back"},
    {"redirect_uri": BACK + "&more=1"},
    {"redirect_uri": BACK + "#part"},
    {"redirect_uri": BACK.upper()},
    {"redirect_uri": "https://evil.example/"},
    {"redirect_uri": "javascript:alert(1)"},
    {"redirect_uri": "//evil.example"},
    {"redirect_uri": '"><script>'},
    {"request_uri": "https://evil.example/request"},
    {"request_uri": "urn:ietf:params:oauth:request_uri:unknown"},
]


@pytest.mark.parametrize("change", UNTOLD)
async def test_nobody_is_sent_to_an_address_that_was_not_checked(place: Place, change: dict[str, Any]) -> None:
    shop = await a_shop(place)
    for answer in (
        await place.browser.get("/oauth/authorize", params=shop.request(**change)),
        await place.browser.post("/oauth/authorize", data=shop.request(**change)),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert answer.headers["content-type"].startswith("text/html")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "<script>" not in answer.text


async def test_the_page_of_a_refusal_speaks_the_visitors_language(place: Place) -> None:
    shown = [
        (await place.browser.get("/oauth/authorize", headers={"Accept-Language": language})).text
        for language in ("en", "fi")
    ]
    assert 'lang="en"' in shown[0]
    assert 'lang="fi"' in shown[1]


@pytest.mark.parametrize("name", ["scope", "state", "code_challenge", "response_type", "x"])
async def test_a_parameter_that_is_there_twice_is_told_to_the_client(place: Place, name: str) -> None:
    shop = await a_shop(place)
    sent = [*shop.request(x="1").items(), (name, "again")]
    answer = await place.browser.get("/oauth/authorize?" + urlencode(sent))
    told = read(answer.headers["location"])
    assert (told["error"], told["iss"]) == ("invalid_request", ISSUER)
    assert told.get("state") == (None if name == "state" else "a state")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_a_doubled_client_or_address_is_told_to_nobody(place: Place, name: str) -> None:
    shop = await a_shop(place)
    sent = shop.request()
    answer = await place.browser.get("/oauth/authorize?" + urlencode([*sent.items(), (name, sent[name])]))
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize("query", [b"%ff", b"client_id=%ff", b"a=1&" * 40, b"a=" + b"b" * 17_000, b"\xff", b""])
async def test_a_hostile_address_is_a_bad_request_and_no_error_of_ours(place: Place, query: bytes) -> None:
    answer = await place.browser.get("/oauth/authorize", params=query.decode("latin-1"))
    assert answer.status_code in {400, 414}
    assert "location" not in answer.headers


async def test_other_methods_are_not_answered(place: Place) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await place.browser.request(method, "/oauth/authorize")).status_code == 405
    assert (await place.browser.get("/oauth/par")).status_code == 405


async def test_pushing_takes_a_client_that_proves_itself(place: Place, own_key: ECKey) -> None:
    shop, keyed = await a_shop(place), await a_shop(place, own_key=own_key)
    assert outcome(await shop.post("/oauth/par", auth=False, **shop.request())) == (401, "invalid_client")
    shop.secret = "wrong"
    assert outcome(await shop.push()) == (401, "invalid_client")
    assert (await keyed.push()).status_code == 201
    assert outcome(await keyed.post("/oauth/par", auth=False, **keyed.request())) == (401, "invalid_client")
    assert outcome(await shop.post("/oauth/par", auth=False)) == (400, "invalid_request")


async def test_a_pushed_request_is_in_the_name_of_who_pushes_it(place: Place) -> None:
    shop, tea = await a_shop(place), await a_shop(place, partner_id=place.tea)
    assert outcome(await shop.push(client_id=tea.name)) == (401, "invalid_client")
    assert outcome(await shop.push(request_uri="urn:ietf:params:oauth:request_uri:x")) == (400, "invalid_request")
    assert outcome(await shop.push(redirect_uri="https://evil.example")) == (400, "invalid_request")
    answer = await shop.push()
    assert answer.json()["expires_in"] == 60
    assert answer.json()["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_client_that_lost_its_place_meanwhile_asks_nobody(place: Place) -> None:
    shop = await a_shop(place)
    narrowed, revoked = await shop.pushed(scope="balance:read"), await shop.pushed()
    for uri in (narrowed, revoked):
        await shop.arrive(uri)
    await place.write(ceilings.set_ceiling, place.kvass, frozenset({Scope.HISTORY_READ}), now=place.clock())
    with pytest.raises(AuthorizationRefused) as refused:
        await shop.agree(narrowed)
    assert read(refused.value.redirect_to or "")["error"] == "invalid_scope"
    await place.write(registering.revoke, shop.client.client_id, now=place.clock())
    with pytest.raises(AuthorizationRefused) as refused:
        await shop.agree(revoked)
    assert refused.value.redirect_to is None


async def test_a_member_who_is_none_grants_nothing(place: Place) -> None:
    shop = await a_shop(place)
    shop.member_id = MemberId(new_id())
    uri = await shop.pushed()
    await shop.arrive(uri)
    with pytest.raises(AuthorizationRefused) as refused:
        await shop.agree(uri)
    assert read(refused.value.redirect_to or "")["error"] == "access_denied"


async def test_a_sign_in_that_is_too_old_for_the_client_grants_nothing(place: Place) -> None:
    shop = await a_shop(place)
    for wanted, ago in (({"max_age": "60"}, 61), ({"prompt": "login"}, 1), ({"max_age": "0"}, 1)):
        uri = await shop.pushed(**wanted)
        await shop.arrive(uri)
        signed_in_at = place.clock() - timedelta(seconds=ago)
        assert (await authorizing.asking(place.access, uri)).needs_sign_in(signed_in_at, now=place.clock())
        with pytest.raises(AuthorizationRefused) as refused:
            await shop.agree(uri, signed_in_at=signed_in_at)
        assert read(refused.value.redirect_to or "")["error"] == "login_required"
        assert "code" in read(await shop.agree(uri))


async def test_without_a_page_a_member_has_to_be_signed_in_and_to_have_granted_it_before(place: Place) -> None:
    shop = await a_shop(place)

    async def silently(**changes: Any) -> dict[str, str]:
        answer = await shop.arrive(await shop.pushed(prompt="none", **changes))
        assert answer.status_code == 303
        return read(answer.headers["location"])

    nobody = await silently()
    assert (nobody["error"], nobody["state"], nobody["iss"]) == ("login_required", "a state", ISSUER)
    await signed_in(place, Subject(member_id=shop.member_id))
    assert (await silently())["error"] == "consent_required"
    await shop.linked(scope="balance:read")
    assert (await silently())["error"] == "consent_required"
    code = (await silently(scope="balance:read"))["code"]
    assert (await shop.redeem(code)).status_code == 200
    place.clock.advance(minutes=2)
    assert (await silently(scope="balance:read", max_age="60"))["error"] == "login_required"


async def test_a_person_at_work_is_no_member(place: Place) -> None:
    shop = await a_shop(place)
    await person_in(place)
    answer = await shop.arrive(await shop.pushed(prompt="none"))
    assert read(answer.headers["location"])["error"] == "login_required"


async def test_a_silent_request_is_used_up_by_its_answer(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed(prompt="none")
    assert (await shop.arrive(uri)).status_code == 303
    assert (await shop.arrive(uri)).status_code == 400


WORDS = ["none", "code", "S256", "openid", "urn:ietf:params:oauth:request_uri:"]
NOISE = some.text(max_size=40) | some.sampled_from(WORDS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(some.dictionaries(some.sampled_from(sorted(OF_AUTHORIZATION)), NOISE, max_size=8))
async def test_whatever_is_asked_is_answered_and_never_an_error_of_ours(place: Place, noise: dict[str, str]) -> None:
    shop = await a_shop(place)
    sent = {**shop.request(), **{name: value.encode("utf-8", "replace").decode() for name, value in noise.items()}}
    answer = await place.browser.get("/oauth/authorize", params=sent)
    assert answer.status_code in {303, 400}
    if answer.status_code == 303:
        assert answer.headers["location"].startswith((BACK, "/authorize?request_uri="))
