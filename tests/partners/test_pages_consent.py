"""The page on which members consent: what it says, what its answer does, and that it does it once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import asyncpg
import pytest

from domain.members import consent_texts
from domain.members.models import ConsentPurpose
from partners.sign_in.sessions import Subject
from tests.builders.pages import Page
from tests.partners.conftest import ISSUER, Place
from tests.partners.linking import BACK, Shop, a_shop, read
from tests.partners.test_pages_mail import ASK, TRY, another_reader, mailed, reader
from tests.partners.test_pages_mail import a_member as a_mailed_member
from tests.partners.test_sign_in import a_person, signed_in

CONSENT = "/authorize"


async def begun(shop: Shop, **changes: Any) -> Page:
    """The page that a storefront's request leads to."""
    uri = await shop.pushed(**changes)
    query = urlencode({"client_id": shop.name, "request_uri": uri})
    return await reader(shop.place).open(f"/oauth/authorize?{query}")


async def at_consent(place: Place, **changes: Any) -> tuple[Shop, Page]:
    """A member, signed in, in front of the page."""
    shop = await a_shop(place)
    await signed_in(place, Subject(member_id=shop.member_id))
    return shop, await begun(shop, **changes)


async def answered(
    place: Place, page: Page, answer: str = "allow", *, typed: Mapping[str, str | None] | None = None
) -> Page:
    """What the answer to the page leads to."""
    return await reader(place).send(page.form(CONSENT), follow=False, answer=answer, **(typed or {}))


async def test_the_page_says_who_asks_for_what_and_what_else_it_does_not_get(place: Place) -> None:
    _, page = await at_consent(place)
    assert "May Partner 0 connect to your account?" in page.text
    assert "“Shop” of Partner 0 asks." in page.text
    for purpose in (ConsentPurpose.BALANCE, ConsentPurpose.HISTORY):
        assert str(consent_texts.words(purpose, partner="Partner 0", language="en")) in page.text
    for purpose in (ConsentPurpose.REDEMPTION, ConsentPurpose.CODES):
        assert str(consent_texts.words(purpose, partner="Partner 0", language="en")) not in page.text
    assert "by a number that no other shop has" in page.text
    assert "It cannot spend your points." in page.text
    assert "does not see how many points" not in page.text


async def test_a_member_allows_and_the_shop_gets_a_code(place: Place) -> None:
    shop, page = await at_consent(place)
    location = (await answered(place, page)).answer.headers["location"]
    assert location.startswith(BACK)
    answer = read(location)
    assert (answer["state"], answer["iss"]) == ("a state", ISSUER)
    tokens = (await shop.redeem(answer["code"])).json()
    assert tokens["scope"] == "balance:read history:read openid"


async def test_a_member_refuses_and_the_shop_is_told(place: Place, owner: asyncpg.Connection) -> None:
    _, page = await at_consent(place)
    location = (await answered(place, page, "refuse")).answer.headers["location"]
    assert read(location)["error"] == "access_denied"
    assert await owner.fetchval("SELECT count(*) FROM consent") == 0


async def test_what_is_unticked_is_not_given(place: Place, owner: asyncpg.Connection) -> None:
    shop, page = await at_consent(place)
    location = (await answered(place, page, typed={"allow:history:read": None})).answer.headers["location"]
    assert (await shop.redeem(read(location)["code"])).json()["scope"] == "balance:read openid"
    rows = await owner.fetch("SELECT purpose, given_through, text_version FROM consent")
    assert [tuple(row) for row in rows] == [("BALANCE", "PAGE", consent_texts.TEXT_VERSION)]


async def test_what_was_not_asked_for_is_not_given_however_the_form_is_filled(place: Place) -> None:
    shop, page = await at_consent(place)
    location = (await answered(place, page, typed={"allow:redemptions:write": "yes"})).answer.headers["location"]
    assert (await shop.redeem(read(location)["code"])).json()["scope"] == "balance:read history:read openid"


async def test_without_openid_something_stays_ticked(place: Place) -> None:
    _, page = await at_consent(place, scope="balance:read")
    none = await answered(place, page, typed={"allow:balance:read": None})
    assert none.answer.status_code == 400
    assert "Leave at least one thing ticked" in none.text
    assert "allow:balance:read" not in none.form(CONSENT).fields
    again = await answered(place, none, typed={"allow:balance:read": "yes"})
    assert "code" in read(again.answer.headers["location"])


async def test_who_they_are_alone_can_be_given(place: Place) -> None:
    shop, page = await at_consent(place, scope="openid")
    assert "It does not see how many points you have." in page.text
    location = (await answered(place, page)).answer.headers["location"]
    assert (await shop.redeem(read(location)["code"])).json()["scope"] == "openid"


async def test_of_four_answers_at_once_one_counts(place: Place, owner: asyncpg.Connection) -> None:
    _, page = await at_consent(place)
    sent = await asyncio.gather(*(answered(place, page) for _ in range(4)))
    assert sorted(one.answer.status_code for one in sent) == [303, 400, 400, 400]
    assert await owner.fetchval("SELECT count(*) FROM oauth_grant") == 1


async def test_going_back_and_answering_again_changes_nothing(place: Place, owner: asyncpg.Connection) -> None:
    _, page = await at_consent(place)
    await answered(place, page, "refuse")
    again = await answered(place, page, "allow")
    assert again.answer.status_code == 400
    assert "answered" in again.text
    assert (await reader(place).open(str(page.answer.url))).answer.status_code == 400
    assert await owner.fetchval("SELECT count(*) FROM oauth_grant") == 0


async def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(place: Place) -> None:
    shop = await a_shop(place)
    shop.member_id = await a_mailed_member(place)
    page = await begun(shop)
    page = await reader(place).send(page.form(ASK), email="marta@example.org")
    page = await reader(place).send(page.form(TRY), code=await mailed(place))
    assert "May Partner 0 connect" in page.text
    location = (await answered(place, page)).answer.headers["location"]
    assert "id_token" in (await shop.redeem(read(location)["code"])).json()


async def test_the_hint_of_the_shop_stands_in_the_field_and_is_no_markup(place: Place) -> None:
    shop = await a_shop(place)
    page = await begun(shop, login_hint='"><script>alert(1)</script>@example.org')
    assert page.form(ASK).fields["email"] == '"><script>alert(1)</script>@example.org'
    assert "<script>alert" not in page.answer.text


@pytest.mark.parametrize(("changes", "asks"), [({"prompt": "login"}, True), ({"max_age": "60"}, True), ({}, False)])
async def test_a_sign_in_that_is_too_old_for_the_shop_is_asked_for_again(
    place: Place,
    changes: dict[str, str],
    asks: bool,  # noqa: FBT001 - two cases, told apart by their values
) -> None:
    shop = await a_shop(place)
    shop.member_id = await a_mailed_member(place)
    await signed_in(place, Subject(member_id=shop.member_id))
    place.clock.advance(minutes=2)
    page = await begun(shop, **changes)
    assert ("Confirm that it is you" in page.text) == asks
    if asks:
        page = await reader(place).send(page.form(ASK), email="marta@example.org")
        page = await reader(place).send(page.form(TRY), code=await mailed(place))
    assert "May Partner 0 connect" in page.text


async def test_a_sign_in_that_grew_too_old_while_reading_is_asked_for_again(place: Place) -> None:
    _, page = await at_consent(place, max_age="60")
    place.clock.advance(seconds=90)
    there = (await answered(place, page)).answer.headers["location"]
    assert there.startswith("/sign-in?")
    assert "fresh=1" in there


async def test_somebody_who_works_here_is_told_to_come_as_a_member(place: Place) -> None:
    shop = await a_shop(place)
    person = await a_person(place)
    await signed_in(place, Subject(person_id=person.person_id))
    page = await begun(shop)
    assert page.answer.status_code == 403
    assert "Sign in as a member" in page.text
    assert not [form for form in page.forms if form.action == CONSENT]


async def test_an_answer_counts_only_from_the_session_that_saw_the_page(place: Place) -> None:
    shop, page = await at_consent(place)
    other = await a_mailed_member(place, "other@example.org")
    async with another_reader(place) as stranger:
        form = page.form(CONSENT)
        answer = await stranger.send(form, answer="allow", follow=False)
        assert answer.answer.status_code == 400
    await signed_in(place, Subject(member_id=other))
    assert (await answered(place, page)).answer.status_code == 400
    assert shop.member_id != other


@pytest.mark.parametrize("uri", ["", "urn:ietf:params:oauth:request_uri:nonsense", "https://evil.example", "\u0101"])
async def test_a_handle_that_is_unknown_is_a_page_of_ours(place: Place, uri: str) -> None:
    page = await reader(place).open(f"{CONSENT}?{urlencode({'request_uri': uri})}")
    assert page.answer.status_code == 400
    assert "Go back to the shop" in page.text


async def test_the_page_waits_ten_minutes(place: Place) -> None:
    _, page = await at_consent(place)
    place.clock.advance(minutes=10, seconds=1)
    assert (await answered(place, page)).answer.status_code == 400


async def test_no_other_site_shows_the_page_in_a_frame_and_its_form_leads_home_or_to_the_shop(place: Place) -> None:
    _, page = await at_consent(place)
    policy = page.answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https:;" in policy
    assert "unsafe" not in policy


async def test_a_code_in_an_address_is_told_to_nobody_after_the_shop(place: Place) -> None:
    _, page = await at_consent(place)
    headers = (await answered(place, page)).answer.headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


async def test_the_page_speaks_as_the_shop_suggests_unless_the_member_chose(place: Place) -> None:
    _, page = await at_consent(place, ui_locales="sv fi-FI en")
    assert page.language == "fi"
    assert str(consent_texts.words(ConsentPurpose.BALANCE, partner="Partner 0", language="fi")) in page.text
    await reader(place).open("/sign-in?lang=hu")
    shop = await a_shop(place)
    await signed_in(place, Subject(member_id=shop.member_id))
    assert (await begun(shop, ui_locales="fi")).language == "hu"


async def test_the_pages_on_the_way_speak_as_the_shop_suggests(place: Place) -> None:
    shop = await a_shop(place)
    page = await begun(shop, ui_locales="lv")
    assert page.language == "lv"
    page = await reader(place).send(page.form(ASK), email="marta@example.org")
    assert page.language == "lv"
