"""The code grant from the pushed request to the token, and what is left of it."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text
from sqlmodel import col, select

from domain.audit.models import Action, TrailLine
from domain.storage import COALITION, NOBODY, Sight
from partners import housekeeping
from partners.clients import registering
from partners.oauth import authorizing
from partners.oauth.authorizing import AuthorizationRefused
from partners.scopes import Scope
from partners.standing import SERVER
from tests.partners.conftest import ISSUER, Place, outcome, outside_sandbox
from tests.partners.linking import BACK, GIVEN, SCOPE, a_shop, read, take_back
from tests.partners.test_access_walls import GRANTING, seen


async def test_a_storefront_is_linked_and_acts_for_exactly_this_member(place: Place) -> None:
    shop = await a_shop(place)
    tokens = await shop.linked()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 300)
    assert set(tokens["scope"].split()) == set(SCOPE.split())
    viewer = (await shop.ask_api(tokens["access_token"])).json()
    assert viewer["audience"] == "PARTNER"
    assert viewer["sight"] == f"partner:{place.kvass}"
    assert viewer["scopes"] == ["balance:read", "history:read"]
    assert viewer["behalfWallet"] == str(shop.wallet_id)
    assert viewer["member"] == "None"


async def test_a_client_with_a_key_of_its_own_is_linked_the_same_way(place: Place, own_key: ECKey) -> None:
    shop = await a_shop(place, own_key=own_key, dpop=True)
    tokens = await shop.linked()
    assert tokens["token_type"] == "DPoP"
    assert (await shop.ask_api(tokens["access_token"])).status_code == 200


async def test_a_public_client_is_linked_by_pkce(place: Place) -> None:
    shop = await a_shop(place, public=True)
    assert (await shop.ask_api((await shop.linked())["access_token"])).status_code == 200


async def test_the_answer_names_state_and_issuer(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed(state="ā state & more")
    await shop.arrive(uri)
    location = await shop.agree(uri)
    assert location.startswith(BACK + "&code=")
    answer = read(location)
    assert (answer["state"], answer["iss"], answer["shop"]) == ("ā state & more", ISSUER, "1")
    assert set(answer) == {"shop", "code", "state", "iss"}


async def test_two_partners_know_a_member_by_different_names(place: Place) -> None:
    shop, tea = await a_shop(place), await a_shop(place, partner_id=place.tea)
    tea.member_id = shop.member_id
    mine = (await shop.ask_api((await shop.linked())["access_token"])).json()
    theirs = (await tea.ask_api((await tea.linked())["access_token"])).json()
    assert mine["behalfWallet"] == theirs["behalfWallet"]
    assert mine["behalf"] != theirs["behalf"]


async def test_a_member_may_grant_a_part(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed()
    await shop.arrive(uri)
    code = read(await shop.agree(uri, frozenset({Scope.BALANCE_READ, Scope.PURCHASES_READ})))["code"]
    assert (await shop.redeem(code)).json()["scope"] == "balance:read openid"


async def test_a_member_who_grants_nothing_says_no(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed(scope="balance:read")
    await shop.arrive(uri)
    assert read(await shop.agree(uri, frozenset()))["error"] == "access_denied"


async def test_no_is_told_with_state_and_issuer_and_is_final(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed()
    await shop.arrive(uri)
    asked = await authorizing.asking(place.access, uri)
    answer = read(await authorizing.deny(place.access, asked))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "a state", ISSUER)
    with pytest.raises(AuthorizationRefused) as refused:
        await shop.agree(uri)
    assert refused.value.redirect_to is None


async def test_the_page_is_told_who_asks_for_what_and_how(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed(
        prompt="login consent", max_age="300", ui_locales="lv en-GB <x>", login_hint="anna@example.org", claims="{}"
    )
    await shop.arrive(uri)
    asked = await authorizing.asking(place.access, uri)
    assert (asked.client_name, asked.partner_name) == ("Shop", "Partner 0")
    assert (asked.scopes, asked.requires_openid) == (GIVEN, True)
    assert (asked.prompt, asked.max_age) == (frozenset({"login", "consent"}), 300)
    assert (asked.ui_locales, asked.login_hint) == (("lv", "en-GB"), "anna@example.org")


async def test_a_hint_at_the_member_is_not_readable_in_the_database(place: Place, owner: asyncpg.Connection) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed(login_hint="anna@example.org", state="a planted state")
    rows = str(await owner.fetch("SELECT * FROM pushed_request"))
    assert rows
    for planted in ("anna", "planted", uri.rpartition(":")[2]):
        assert planted not in rows


async def test_only_the_server_reaches_requests_codes_and_refresh_tokens(place: Place) -> None:
    shop = await a_shop(place)
    await shop.linked()
    for table in GRANTING:
        assert await seen(place, table, SERVER) == 1, table
        for sight in (COALITION, Sight.partner(place.kvass), Sight.member(shop.member_id), NOBODY):
            assert await seen(place, table, sight) == 0, (table, sight)


async def test_only_hashes_of_codes_and_tokens_are_kept(place: Place, owner: asyncpg.Connection) -> None:
    shop = await a_shop(place, public=True)
    code = await shop.code()
    tokens = (await shop.redeem(code)).json()
    rows = str([await owner.fetch(f"SELECT * FROM {table}") for table in ("authorization_code", "refresh_token")])
    for secret in (code, tokens["refresh_token"], tokens["access_token"]):
        assert secret not in rows
        assert secret[-20:] not in rows


async def test_loading_the_page_uses_nothing_up_and_an_answer_does(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed()
    for _ in range(3):
        assert (await shop.arrive(uri)).status_code == 303
        await authorizing.asking(place.access, uri)
    await shop.agree(uri)
    assert (await shop.arrive(uri)).status_code == 400
    for again in (authorizing.asking(place.access, uri), shop.agree(uri)):
        with pytest.raises(AuthorizationRefused) as refused:
            await again
        assert (refused.value.error, refused.value.redirect_to) == ("invalid_request_uri", None)


async def test_a_pushed_request_waits_a_minute_for_the_browser_and_ten_for_the_answer(place: Place) -> None:
    shop = await a_shop(place)
    late, begun = await shop.pushed(), await shop.pushed()
    place.clock.advance(seconds=55)
    assert (await shop.arrive(begun)).status_code == 303
    place.clock.advance(seconds=6)
    assert (await shop.arrive(late)).status_code == 400
    assert (await shop.arrive(begun)).status_code == 400
    place.clock.advance(minutes=9)
    assert "code" in read(await shop.agree(begun))


async def test_an_open_page_ends_after_ten_minutes(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed()
    await shop.arrive(uri)
    place.clock.advance(minutes=10, seconds=1)
    with pytest.raises(AuthorizationRefused):
        await shop.agree(uri)


async def test_a_page_cannot_be_opened_before_the_browser_came(place: Place) -> None:
    shop = await a_shop(place)
    with pytest.raises(AuthorizationRefused):
        await authorizing.asking(place.access, await shop.pushed())


async def test_a_pushed_request_is_its_clients_alone(place: Place) -> None:
    shop, tea = await a_shop(place), await a_shop(place, partner_id=place.tea)
    uri = await shop.pushed()
    for client in (tea.name, "nobody", ""):
        answer = await shop.arrive(uri, client=client)
        assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert (await shop.arrive(uri)).status_code == 303


async def test_of_four_answers_at_once_one_gives_a_code(place: Place) -> None:
    shop = await a_shop(place)
    uri = await shop.pushed()
    await shop.arrive(uri)
    answers = await asyncio.gather(*(shop.agree(uri) for _ in range(4)), return_exceptions=True)
    assert sorted(isinstance(answer, str) for answer in answers) == [False, False, False, True]
    assert {type(answer) for answer in answers} == {str, AuthorizationRefused}


async def test_a_code_is_good_for_a_minute(place: Place) -> None:
    shop = await a_shop(place)
    code = await shop.code()
    place.clock.advance(seconds=61)
    assert outcome(await shop.redeem(code)) == (400, "invalid_grant")


async def test_a_code_that_comes_twice_ends_what_was_made_of_it(place: Place) -> None:
    shop = await a_shop(place)
    code = await shop.code()
    tokens = (await shop.redeem(code)).json()
    assert (await shop.ask_api(tokens["access_token"])).status_code == 200
    assert outcome(await shop.redeem(code)) == (400, "invalid_grant")
    assert (await shop.ask_api(tokens["access_token"])).status_code == 401
    assert outcome(await shop.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_of_four_redemptions_at_once_one_succeeds_and_the_rest_end_it(place: Place) -> None:
    shop = await a_shop(place)
    code = await shop.code()
    answers = await asyncio.gather(*(shop.redeem(code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    [tokens] = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await shop.ask_api(tokens["access_token"])).status_code == 401


async def test_a_strangers_try_with_a_code_changes_nothing(place: Place) -> None:
    shop, tea = await a_shop(place), await a_shop(place, partner_id=place.tea)
    code = await shop.code()
    stolen = await tea.redeem(code, code_verifier=shop.verifier)
    assert outcome(stolen) == (400, "invalid_grant")
    tokens = (await shop.redeem(code)).json()
    assert outcome(await tea.redeem(code, code_verifier=shop.verifier)) == (400, "invalid_grant")
    assert (await shop.ask_api(tokens["access_token"])).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"redirect_uri": "https://shop.example/back"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"code": "hansa_code_x"}, "invalid_grant"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
    ],
)
async def test_a_redemption_that_is_wrong_in_one_thing_is_refused(
    place: Place, change: dict[str, Any], error: str
) -> None:
    shop = await a_shop(place)
    code = await shop.code()
    assert outcome(await shop.redeem(**{"code": code, **change})) == (400, error)


async def test_a_client_without_an_address_to_come_back_to_redeems_nothing(place: Place) -> None:
    till = await place.client()
    for grant in (
        {"grant_type": "authorization_code", "code": "x"},
        {"grant_type": "refresh_token", "refresh_token": "x"},
    ):
        assert outcome(await place.ask("/oauth/token", auth=till, **grant)) == (400, "unauthorized_client")


async def test_a_public_client_has_no_credentials_of_its_own(place: Place) -> None:
    shop = await a_shop(place, public=True)
    assert outcome(await shop.post("/oauth/token", grant_type="client_credentials")) == (400, "unauthorized_client")


async def test_a_storefront_acts_for_itself_as_well(place: Place) -> None:
    shop = await a_shop(place)
    answer = await shop.post("/oauth/token", grant_type="client_credentials", scope="purchases:read")
    viewer = (await shop.ask_api(answer.json()["access_token"])).json()
    assert (viewer["scopes"], viewer["behalf"]) == (["purchases:read"], None)


async def test_what_a_member_takes_back_is_gone_within_five_seconds(place: Place) -> None:
    shop = await a_shop(place)
    token = (await shop.linked())["access_token"]
    assert (await shop.ask_api(token)).json()["scopes"] == ["balance:read", "history:read"]
    await take_back(place, shop, "HISTORY")
    place.clock.advance(seconds=5)
    assert (await shop.ask_api(token)).json()["scopes"] == ["balance:read"]
    await take_back(place, shop, "BALANCE")
    place.clock.advance(seconds=5)
    assert (await shop.ask_api(token)).status_code == 401


async def test_a_refused_code_of_a_member_who_took_all_back_gives_nothing(place: Place) -> None:
    shop = await a_shop(place)
    code = await shop.code()
    for purpose in ("HISTORY", "BALANCE"):
        await take_back(place, shop, purpose)
    assert outcome(await shop.redeem(code)) == (400, "invalid_grant")


async def test_a_revoked_client_and_a_closed_partner_take_all_grants_along(place: Place) -> None:
    for end in ("client", "partner"):
        shop = await a_shop(place)
        tokens = await shop.linked()
        if end == "client":
            await place.write(registering.revoke, shop.client.client_id, now=place.clock())
        else:
            async with place.database.session(COALITION) as session, session.begin():
                await session.execute(text("UPDATE partner SET status = 'CLOSED'"))
        place.clock.advance(seconds=5)
        assert (await shop.ask_api(tokens["access_token"])).status_code == 401
        assert outcome(await shop.refresh(tokens["refresh_token"])) == (401, "invalid_client")


async def test_a_secret_rotated_without_grace_takes_members_tokens_along_too(place: Place) -> None:
    shop = await a_shop(place)
    tokens = await shop.linked()
    shop.secret = (await place.write(registering.rotate, shop.client.client_id, now=place.clock())).secret
    place.clock.advance(seconds=5)
    assert (await shop.ask_api(tokens["access_token"])).status_code == 401
    again = (await shop.refresh(tokens["refresh_token"])).json()
    assert (await shop.ask_api(again["access_token"])).status_code == 200


async def test_a_member_who_is_gone_ends_the_grant(place: Place, owner: asyncpg.Connection) -> None:
    shop = await a_shop(place)
    tokens = await shop.linked()
    await owner.execute("UPDATE member SET status = 'CLOSED'")
    place.clock.advance(seconds=5)
    assert (await shop.ask_api(tokens["access_token"])).status_code == 401


async def test_a_grant_ends_after_half_a_year(place: Place) -> None:
    shop = await a_shop(place)
    tokens = await shop.linked()
    place.clock.advance(days=179)
    assert (await shop.refresh(tokens["refresh_token"])).status_code == 200
    place.clock.advance(days=2)
    assert outcome(await shop.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_the_trail_tells_who_granted_and_who_ended_it(place: Place) -> None:
    shop = await a_shop(place)
    code = await shop.code()
    await shop.redeem(code)
    await shop.redeem(code)
    async with place.database.session(COALITION) as session:
        found = await session.scalars(
            select(TrailLine).where(TrailLine.subject == "GRANT").order_by(col(TrailLine.number))
        )
        lines = list(found)
    assert [(line.action, line.actor) for line in lines] == [
        (Action.GRANT_GIVEN, "MEMBER"),
        (Action.GRANT_REVOKED, "SERVER"),
    ]
    assert lines[0].facts["scopes"] == ["balance:read", "history:read", "openid"]
    assert lines[1].facts["reason"] == "code_reused"
    assert str(shop.member_id) not in str(lines)


async def test_outside_the_sandbox_a_request_is_pushed(place: Place) -> None:
    await outside_sandbox(place)
    await place.access.watch.refresh()
    shop = await a_shop(place, public=True, scopes=GIVEN)
    plain = await place.browser.get("/oauth/authorize", params=shop.request())
    answer = read(plain.headers["location"])
    assert (plain.status_code, answer["error"], answer["iss"]) == (303, "invalid_request", ISSUER)
    assert (await shop.ask_api((await shop.linked())["access_token"])).status_code == 200
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"):
        assert (await place.browser.get(path)).json()["require_pushed_authorization_requests"] is True


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_in_the_sandbox_a_plain_request_is_taken_up(place: Place, method: str) -> None:
    shop = await a_shop(place)
    sent = shop.request()
    if method == "GET":
        answer = await place.browser.get("/oauth/authorize", params=sent)
    else:
        answer = await place.browser.post("/oauth/authorize", data=sent)
    uri = read(answer.headers["location"])["request_uri"]
    code = read(await shop.agree(uri))["code"]
    assert (await shop.redeem(code)).status_code == 200


async def test_what_the_server_keeps_is_swept_when_its_time_is_over(place: Place, owner: asyncpg.Connection) -> None:
    shop = await a_shop(place, public=True)
    tokens = await shop.linked()
    await shop.refresh(tokens["refresh_token"])
    tables = ("pushed_request", "authorization_code", "refresh_token", "oauth_grant")
    await place.write(housekeeping.sweep, now=place.clock(), sight=SERVER)
    assert [await owner.fetchval(f"SELECT count(*) FROM {table}") for table in tables] == [1, 1, 2, 1]
    place.clock.advance(days=31)
    await place.write(housekeeping.sweep, now=place.clock(), sight=SERVER)
    assert [await owner.fetchval(f"SELECT count(*) FROM {table}") for table in tables] == [0, 0, 1, 1]
    place.clock.advance(days=180)
    await place.write(housekeeping.sweep, now=place.clock(), sight=SERVER)
    assert [await owner.fetchval(f"SELECT count(*) FROM {table}") for table in tables] == [0, 0, 0, 0]
