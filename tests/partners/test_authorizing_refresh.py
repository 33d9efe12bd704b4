"""Refresh tokens: kept by confidential clients, changed over by public ones, and ended when one is in two hands."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import ECKey

from tests.partners.conftest import Place, outcome
from tests.partners.linking import Shop, a_shop, take_back


async def family(owner: asyncpg.Connection) -> int:
    """How many refresh tokens are good for something."""
    return int(await owner.fetchval("SELECT count(*) FROM refresh_token WHERE rotated_at IS NULL"))


async def test_a_confidential_client_keeps_its_token(place: Place) -> None:
    shop = await a_shop(place)
    token = (await shop.linked())["refresh_token"]
    for _ in range(3):
        answer = await shop.refresh(token)
        assert answer.status_code == 200
        assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
        assert (await shop.ask_api(answer.json()["access_token"])).json()["behalfWallet"] == str(shop.wallet_id)


async def test_four_at_once_of_a_confidential_client_all_succeed(place: Place, owner: asyncpg.Connection) -> None:
    shop = await a_shop(place)
    token = (await shop.linked())["refresh_token"]
    answers = await asyncio.gather(*(shop.refresh(token) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert await family(owner) == 1


async def test_a_public_client_changes_over_each_time(place: Place, owner: asyncpg.Connection) -> None:
    shop = await a_shop(place, public=True)
    tokens = [(await shop.linked())["refresh_token"]]
    for _ in range(3):
        tokens.append((await shop.refresh(tokens[-1])).json()["refresh_token"])
    assert len(set(tokens)) == 4
    assert await family(owner) == 1


@pytest.mark.parametrize("dpop", [False, True])
async def test_a_used_token_ends_the_grant(place: Place, dpop: bool) -> None:  # noqa: FBT001
    shop = await a_shop(place, public=True, dpop=dpop)
    first = (await shop.linked())["refresh_token"]
    later = (await shop.refresh(first)).json()
    place.clock.advance(seconds=11)
    assert outcome(await shop.refresh(first)) == (400, "invalid_grant")
    assert (await shop.ask_api(later["access_token"])).status_code == 401
    assert outcome(await shop.refresh(later["refresh_token"])) == (400, "invalid_grant")


async def test_the_same_request_under_the_same_key_is_answered_again_for_ten_seconds(
    place: Place, owner: asyncpg.Connection
) -> None:
    shop = await a_shop(place, public=True, dpop=True)
    first = (await shop.linked())["refresh_token"]
    once = (await shop.refresh(first)).json()
    place.clock.advance(seconds=9)
    again = (await shop.refresh(first)).json()
    assert once["refresh_token"] == again["refresh_token"]
    assert await family(owner) == 1
    for tokens in (once, again):
        assert (await shop.ask_api(tokens["access_token"])).status_code == 200


async def test_four_at_once_under_one_key_get_one_family(place: Place, owner: asyncpg.Connection) -> None:
    shop = await a_shop(place, public=True, dpop=True)
    first = (await shop.linked())["refresh_token"]
    answers = await asyncio.gather(*(shop.refresh(first) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert await family(owner) == 1
    assert (await shop.refresh(answers[0].json()["refresh_token"])).status_code == 200


async def test_four_at_once_without_a_key_are_a_theft(place: Place) -> None:
    shop = await a_shop(place, public=True)
    first = (await shop.linked())["refresh_token"]
    answers = await asyncio.gather(*(shop.refresh(first) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    [tokens] = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await shop.ask_api(tokens["access_token"])).status_code == 401


async def test_the_grace_is_over_once_the_successor_was_used(place: Place) -> None:
    shop = await a_shop(place, public=True, dpop=True)
    first = (await shop.linked())["refresh_token"]
    second = (await shop.refresh(first)).json()["refresh_token"]
    third = (await shop.refresh(second)).json()
    assert outcome(await shop.refresh(first)) == (400, "invalid_grant")
    assert (await shop.ask_api(third["access_token"])).status_code == 200


async def test_a_used_token_under_another_key_is_a_theft_within_the_grace_too(place: Place) -> None:
    shop = await a_shop(place, public=True, dpop=True)
    first = (await shop.linked())["refresh_token"]
    second = (await shop.refresh(first)).json()
    assert outcome(await shop.refresh(first, key=ECKey.generate_key("P-256"))) == (400, "invalid_grant")
    assert (await shop.ask_api(second["access_token"])).status_code == 401


@pytest.mark.parametrize("public", [False, True])
async def test_a_token_counts_under_its_own_key_alone(place: Place, public: bool) -> None:  # noqa: FBT001
    shop = await a_shop(place, public=public, dpop=True)
    token = (await shop.linked())["refresh_token"]
    assert outcome(await shop.refresh(token, key=ECKey.generate_key("P-256"))) == (400, "invalid_grant")
    own, shop.key = shop.key, None
    assert outcome(await shop.refresh(token)) == (400, "invalid_dpop_proof")
    shop.key = own
    assert (await shop.refresh(token)).status_code == 200


async def test_a_token_is_its_clients_alone_and_a_strangers_try_ends_nothing(place: Place) -> None:
    shop, tea = await a_shop(place, public=True), await a_shop(place, public=True, partner_id=place.tea)
    first = (await shop.linked())["refresh_token"]
    second = (await shop.refresh(first)).json()["refresh_token"]
    for token in (first, second):
        assert outcome(await tea.refresh(token)) == (400, "invalid_grant")
    assert (await shop.refresh(second)).status_code == 200


@pytest.mark.parametrize("public", [False, True])
async def test_a_scope_may_be_narrowed_and_never_widened(place: Place, public: bool) -> None:  # noqa: FBT001
    shop = await a_shop(place, public=public)
    token = (await shop.linked())["refresh_token"]
    wide = ("balance:read redemptions:write", "purchases:read", "nonsense", "balance:read  openid")
    for scope in wide:
        assert outcome(await shop.refresh(token, scope=scope)) == (400, "invalid_scope"), scope
    narrow = (await shop.refresh(token, scope="balance:read")).json()
    assert narrow["scope"] == "balance:read"
    assert (await shop.ask_api(narrow["access_token"])).json()["scopes"] == ["balance:read"]
    whole = await shop.refresh(narrow.get("refresh_token", token))
    assert whole.json()["scope"] == "balance:read history:read openid"


async def test_what_the_member_took_back_is_not_given_again(place: Place) -> None:
    shop = await a_shop(place)
    token = (await shop.linked())["refresh_token"]
    await take_back(place, shop, "HISTORY")
    assert (await shop.refresh(token)).json()["scope"] == "balance:read openid"
    assert outcome(await shop.refresh(token, scope="history:read")) == (400, "invalid_grant")
    await take_back(place, shop, "BALANCE")
    assert outcome(await shop.refresh(token)) == (400, "invalid_grant")


async def _revoked(shop: Shop, tokens: dict[str, Any], **hint: Any) -> None:
    answer = await shop.post("/oauth/revoke", token=tokens["refresh_token"], **hint)
    assert answer.status_code == 200


@pytest.mark.parametrize("public", [False, True])
async def test_taking_a_refresh_token_back_ends_the_grant(place: Place, public: bool) -> None:  # noqa: FBT001
    shop = await a_shop(place, public=public)
    tokens = await shop.linked()
    assert (await shop.ask_api(tokens["access_token"])).status_code == 200
    await _revoked(shop, tokens, token_type_hint="access_token")
    assert (await shop.ask_api(tokens["access_token"])).status_code == 401
    assert outcome(await shop.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    await _revoked(shop, tokens)


async def test_nobody_takes_anothers_refresh_token_back(place: Place) -> None:
    shop, tea = await a_shop(place), await a_shop(place, partner_id=place.tea)
    tokens = await shop.linked()
    theirs = await tea.post("/oauth/revoke", token=tokens["refresh_token"])
    nobodys = await tea.post("/oauth/revoke", token="hansa_refresh_of_nobody")
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content) == (200, nobodys.content)
    assert (await shop.refresh(tokens["refresh_token"])).status_code == 200


async def test_taking_one_access_token_back_leaves_the_grant(place: Place) -> None:
    shop = await a_shop(place)
    tokens = await shop.linked()
    await shop.post("/oauth/revoke", token=tokens["access_token"])
    assert (await shop.ask_api(tokens["access_token"])).status_code == 401
    assert (await shop.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_client_is_told_about_its_tokens_as_they_stand(place: Place) -> None:
    shop, tea = await a_shop(place), await a_shop(place, partner_id=place.tea)
    tokens = await shop.linked()
    subject = (await shop.ask_api(tokens["access_token"])).json()["behalf"]
    await take_back(place, shop, "HISTORY")
    for token in (tokens["access_token"], tokens["refresh_token"]):
        told = (await shop.post("/oauth/introspect", token=token)).json()
        assert (told["active"], told["sub"], told["client_id"]) == (True, subject, shop.name)
        assert told["scope"] == "balance:read openid"
        assert (await tea.post("/oauth/introspect", token=token)).json() == {"active": False}
    await take_back(place, shop, "BALANCE")
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert (await shop.post("/oauth/introspect", token=token)).json() == {"active": False}


async def test_a_public_client_is_told_nothing_about_tokens(place: Place) -> None:
    shop = await a_shop(place, public=True)
    tokens = await shop.linked()
    assert outcome(await shop.post("/oauth/introspect", token=tokens["access_token"])) == (401, "invalid_client")


async def test_a_malformed_refresh_token_is_no_grant(place: Place) -> None:
    shop = await a_shop(place)
    for token in ("x", "hansa_refresh_", "a.b.c", '"', "x" * 9000):
        assert outcome(await shop.refresh(token)) == (400, "invalid_grant")
    assert outcome(await shop.post("/oauth/token", grant_type="refresh_token")) == (400, "invalid_request")
