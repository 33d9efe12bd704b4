"""The account page: who one is, where one is signed in, which shops may see or do what, and how each of it ends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.members.consent_texts import TEXT_VERSION
from domain.members.models import ConsentPurpose
from partners.scopes import PersonRole
from partners.sign_in import sayings
from partners.sign_in.devices import device
from partners.sign_in.sessions import MEMBER_IDLE, PERSON_IDLE, Subject
from partners.sign_in.words import LANGUAGES, words_in
from tests.builders.pages import Page, Reader
from tests.partners.conftest import Place
from tests.partners.linking import Shop, a_shop
from tests.partners.test_pages_mail import another_reader, reader, viewer
from tests.partners.test_sign_in import FROM_OURS, a_code, a_person, person_in, signed_in

ACCOUNT = "/account"
END, END_OTHERS, SIGN_OUT = "/account/sessions/end", "/account/sessions/end-others", "/account/sign-out"
TAKE_BACK = "/account/shops/take-back"


async def enter(place: Place, who: Reader, subject: Subject) -> Page:
    """Somebody signs in with a link and looks at the account page."""
    code = await a_code(place, subject)
    await who.browser.post("/sign-in", data={"code": code}, headers=FROM_OURS)
    return await who.open(ACCOUNT)


async def linked(place: Place) -> tuple[Shop, dict[str, Any]]:
    """A member, signed in, who has connected a shop; and the shop's tokens."""
    shop = await a_shop(place)
    await signed_in(place, Subject(member_id=shop.member_id))
    return shop, await shop.linked()


async def test_nobody_is_sent_to_sign_in_and_comes_back(place: Place) -> None:
    page = await reader(place).open(ACCOUNT)
    assert str(page.answer.url).endswith("/sign-in?landing=%2Faccount")
    assert page.form("/sign-in/mail").fields["landing"] == ACCOUNT


async def test_somebody_sees_where_they_are_signed_in_and_ends_one_of_them(place: Place) -> None:
    person = await a_person(place)
    subject = Subject(person_id=person.person_id)
    place.browser.headers["User-Agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604.1"
    await enter(place, reader(place), subject)
    async with another_reader(place) as desk:
        desk.browser.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/144.0 Safari/537.36 Edg/144.0"
        page = await enter(place, desk, subject)
        assert "Edge on Windows this browser" in page.text
        assert "Safari on iPhone Since" in page.text
        page = await desk.send(page.form(END))
        assert "Safari" not in page.text
        assert (await viewer(place, desk.browser))["audience"] == "COALITION"
    assert (await viewer(place))["audience"] == "NOBODY"


async def test_all_other_sessions_end_at_once_and_this_one_stays(place: Place) -> None:
    person = await a_person(place)
    subject = Subject(person_id=person.person_id)
    async with another_reader(place) as one, another_reader(place) as two:
        await enter(place, one, subject)
        await enter(place, two, subject)
        page = await enter(place, reader(place), subject)
        page = await reader(place).send(page.form(END_OTHERS))
        assert "Sign out everywhere else" not in page.text
        for other in (one, two):
            assert (await viewer(place, other.browser))["audience"] == "NOBODY"
    assert (await viewer(place))["audience"] == "COALITION"


async def test_nobody_ends_a_session_of_somebody_else(place: Place, owner: asyncpg.Connection) -> None:
    mine, theirs = await a_person(place), await a_person(place, email="other@amber.example")
    async with another_reader(place) as other:
        await enter(place, other, Subject(person_id=theirs.person_id))
        session_id = await owner.fetchval("SELECT session_id FROM browser_session")
        page = await enter(place, reader(place), Subject(person_id=mine.person_id))
        form = page.form(SIGN_OUT)
        form.action = END
        for named in (str(session_id), "nonsense", str(UUID(int=0))):
            await reader(place).send(form, session=named)
        assert (await viewer(place, other.browser))["audience"] == "COALITION"


async def test_signing_out_on_the_page_ends_the_session(place: Place) -> None:
    await person_in(place)
    page = await reader(place).open(ACCOUNT)
    page = await reader(place).send(page.form(SIGN_OUT))
    assert page.form("/sign-in/mail").fields["form_token"]
    assert (await viewer(place))["audience"] == "NOBODY"


async def test_a_person_sees_for_whom_they_work_and_as_what(place: Place) -> None:
    roles = frozenset({PersonRole.PARTNER_FINANCE, PersonRole.PARTNER_ADMIN})
    await person_in(place, roles=roles, partner_id=place.kvass)
    page = await reader(place).open(ACCOUNT)
    for said in ("Līga Ozola", "liga@amber.example", "Partner 0", "Finance", "Administrator"):
        assert said in page.text
    assert "Shops that know you" not in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_is_called_something_of_its_own(language: str) -> None:
    called = sayings.roles(words_in(language), PersonRole)
    assert len(set(called)) == len(PersonRole)
    assert not any("_" in one for one in called)


async def test_a_session_that_is_not_used_ends_before_its_time(place: Place) -> None:
    member = await a_shop(place)
    person = await a_person(place)
    for subject, idle in (
        (Subject(person_id=person.person_id), PERSON_IDLE),
        (Subject(member_id=member.member_id), MEMBER_IDLE),
    ):
        async with another_reader(place) as who:
            await enter(place, who, subject)
            place.clock.advance(seconds=idle.total_seconds() - 60)
            assert (await viewer(place, who.browser))["audience"] != "NOBODY"
            place.clock.advance(seconds=idle.total_seconds() - 60)
            assert (await viewer(place, who.browser))["audience"] != "NOBODY"
            place.clock.advance(seconds=idle.total_seconds() + 61)
            assert (await viewer(place, who.browser))["audience"] == "NOBODY"


async def test_a_session_that_is_used_ends_with_its_time(place: Place) -> None:
    await person_in(place)
    for _ in range(11):
        place.clock.advance(hours=1)
        assert (await viewer(place))["audience"] == "COALITION"
    place.clock.advance(hours=1, seconds=1)
    assert (await viewer(place))["audience"] == "NOBODY"


async def test_a_member_sees_what_each_shop_may_do_since_when_and_in_whose_words(place: Place) -> None:
    await linked(place)
    page = await reader(place).open(ACCOUNT)
    assert "Partner 0 may see how many points you have" in page.text
    assert "Partner 0 may see what happened to your points" in page.text
    assert "until you take it back" in page.text
    assert f"Words of version {TEXT_VERSION}" in page.text
    assert "Shop connected" in page.text


async def test_a_member_takes_one_thing_back_and_the_rest_stays(place: Place) -> None:
    shop, tokens = await linked(place)
    page = await reader(place).open(ACCOUNT)
    page = await reader(place).send(page.form(TAKE_BACK, purpose=ConsentPurpose.BALANCE.value))
    assert "how many points you have" not in page.text
    assert "what happened to your points" in page.text
    place.clock.advance(seconds=5)
    assert (await shop.ask_api(tokens["access_token"])).json()["scopes"] == ["history:read"]


async def test_a_member_takes_everything_back_and_the_shop_is_out_within_five_seconds(
    place: Place, owner: asyncpg.Connection
) -> None:
    shop, tokens = await linked(place)
    page = await reader(place).open(ACCOUNT)
    [form] = [form for form in page.forms if form.action == TAKE_BACK and "purpose" not in form.fields]
    page = await reader(place).send(form)
    assert "may see and do nothing more" in page.text
    place.clock.advance(seconds=5)
    assert (await shop.ask_api(tokens["access_token"])).status_code == 401
    again = await reader(place).send(form)
    assert again.answer.status_code == 200
    told = await owner.fetch("SELECT action FROM trail_line WHERE action LIKE '%REVOKED' ORDER BY number")
    assert [row["action"] for row in told] == ["GRANT_REVOKED", "CONSENT_REVOKED"]


async def test_a_form_that_names_nothing_of_ones_own_changes_nothing(place: Place, owner: asyncpg.Connection) -> None:
    await linked(place)
    page = await reader(place).open(ACCOUNT)
    form = page.form(TAKE_BACK)
    for typed in (
        {"partner": "nonsense"},
        {"partner": str(place.tea), "purpose": "BALANCE"},
        {"partner": str(place.tea), "purpose": None},
        {"purpose": "EVERYTHING"},
    ):
        answer = await reader(place).send(form, **typed)
        assert answer.answer.status_code == 200
    assert await owner.fetchval("SELECT count(*) FROM consent WHERE revoked_at IS NULL") == 2


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox/Linux"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/144.0 Mobile Safari/537.36", "Chrome/Android"),
        ("Mozilla/5.0 (Linux; Android 16) SamsungBrowser/29.0 Chrome/144.0 Safari/537.36", "Samsung Internet/Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) CriOS/144.0 Mobile Safari/604.1", "Chrome/iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "Safari/Mac"),
        ("curl/8.1", None),
        ("", None),
        ("<script>" * 1000 + "Firefox/1", None),
    ],
)
def test_a_device_is_called_what_its_owner_calls_it(agent: str, expected: str | None) -> None:
    assert device(agent) == expected
