"""Authenticators and recovery codes: setting them up, and that each code opens once."""

from __future__ import annotations

import asyncio
import re

import asyncpg
import httpx
import pyotp
import pytest

from domain.ids import PersonId
from partners.scopes import PersonRole
from partners.sign_in import authenticators, password_pages, ways_in
from partners.sign_in.authenticators import MOST_MISSES, RECOVERY_CODES, STEP_SECONDS
from partners.sign_in.sessions import Subject
from tests.partners.conftest import Place
from tests.partners.signing_in import (
    ACCEPTED,
    REFUSED,
    another_browser,
    code_now,
    count,
    post,
    registered,
    secret_shown,
    shown_the_code,
    token_of,
    typed,
    with_authenticator,
    with_password,
)
from tests.partners.test_sign_in import FROM_OURS, person_in, signed_in

PASSWORD = "correct horse battery"
EMAIL = "liga@amber.example"
SHOWN_AGAIN = 200


async def half_in(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser whose password was right."""
    assert (await typed(browser, EMAIL, PASSWORD)).status_code == ACCEPTED
    return browser


def recovery_codes_of(page: httpx.Response) -> list[str]:
    return re.findall(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>", page.text)


async def test_the_page_shows_a_picture_and_the_key_and_asks_for_a_code_before_it_counts(
    place: Place, owner: asyncpg.Connection
) -> None:
    await person_in(place)
    page = (await place.browser.get("/account/authenticator")).text
    assert "<svg" in page
    assert 'role="img"' in page
    first = await secret_shown(place.browser)
    assert await secret_shown(place.browser) == first
    assert await owner.fetchval("SELECT count(*) FROM authenticator WHERE confirmed_at IS NOT NULL") == 0
    answer = await with_authenticator(place)
    assert (answer.status_code, len(recovery_codes_of(answer))) == (SHOWN_AGAIN, RECOVERY_CODES)
    assert await owner.fetchval("SELECT count(*) FROM authenticator WHERE confirmed_at IS NOT NULL") == 1


async def test_the_picture_says_whose_account_it_is(place: Place) -> None:
    person, _ = await person_in(place)
    async with place.access.transaction() as session:
        proposal = await authenticators.propose(
            session,
            PersonId(person.person_id),
            house="Amber",
            label=EMAIL,
            keys=place.access.keys,
            now=place.clock(),
        )
    read = pyotp.parse_uri(proposal.address)
    assert (read.issuer, read.name, read.secret) == ("Amber", EMAIL, proposal.secret)
    assert len(proposal.secret) == 32


async def test_a_secret_is_sealed_where_it_is_kept(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    secret = await secret_shown(place.browser)
    kept = await owner.fetchval("SELECT sealed_secret FROM authenticator")
    assert secret.encode() not in kept


@pytest.mark.parametrize("code", ["000000", "", "12345", "1234567", "x", "\x00", "١٢٣٤٥٦", "x" * 5000])
async def test_a_wrong_code_sets_nothing_up(place: Place, owner: asyncpg.Connection, code: str) -> None:
    await person_in(place)
    secret = await secret_shown(place.browser)
    shown = {pyotp.TOTP(secret).at(place.clock(), counter_offset=offset) for offset in (-1, 0, 1)}
    assert code not in shown
    assert (await post(place.browser, "/account/authenticator", code=code)).status_code == REFUSED
    assert await count(owner, "recovery_code") == 0
    assert await secret_shown(place.browser) == secret


async def test_setting_up_takes_a_quarter_of_an_hour_at_most(place: Place) -> None:
    person = await with_password(place, PASSWORD)
    secret = await secret_shown(place.browser)
    place.clock.advance(minutes=15)
    await signed_in(place, Subject(person_id=PersonId(person.person_id)))
    assert await secret_shown(place.browser) != secret


async def test_a_code_sets_up_once_even_for_four_at_once(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    code = pyotp.TOTP(await secret_shown(place.browser)).at(place.clock())
    form = {"form_token": await token_of(place.browser), "code": code}
    answers = await asyncio.gather(
        *(place.browser.post("/account/authenticator", data=form, headers=FROM_OURS) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [SHOWN_AGAIN, REFUSED, REFUSED, REFUSED]
    assert await count(owner, "recovery_code") == RECOVERY_CODES


async def test_the_code_that_set_an_authenticator_up_opens_nothing_more(
    place: Place, owner: asyncpg.Connection
) -> None:
    await with_password(place, PASSWORD)
    place.clock.advance(seconds=-60)
    async with another_browser(place) as browser:
        await half_in(browser)
        assert (await shown_the_code(browser, await code_now(place, owner))).status_code == REFUSED


@pytest.mark.parametrize(
    ("later", "status"),
    [(-2 * STEP_SECONDS, REFUSED), (-STEP_SECONDS, ACCEPTED), (STEP_SECONDS, ACCEPTED), (2 * STEP_SECONDS, REFUSED)],
)
async def test_a_clock_may_be_wrong_by_one_step(
    place: Place, owner: asyncpg.Connection, later: int, status: int
) -> None:
    await with_password(place, PASSWORD)
    place.clock.advance(minutes=5)
    async with another_browser(place) as browser:
        await half_in(browser)
        assert (await shown_the_code(browser, await code_now(place, owner, later=later))).status_code == status


async def test_a_code_opens_once_even_for_four_at_once(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    async with another_browser(place) as browser:
        await half_in(browser)
        form = {"form_token": await token_of(browser), "code": await code_now(place, owner)}
        answers = await asyncio.gather(
            *(browser.post("/sign-in/authenticator", data=form, headers=FROM_OURS) for _ in range(4))
        )
    let_in = [answer for answer in answers if answer.headers.get("location") == "/account"]
    assert len(let_in) == 1
    assert await count(owner, "browser_session") == 2


async def test_a_code_opens_in_one_of_two_browsers(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    code = await code_now(place, owner)
    async with another_browser(place) as one, another_browser(place) as other:
        await half_in(one)
        await half_in(other)
        answers = await asyncio.gather(shown_the_code(one, code), shown_the_code(other, code))
    assert sorted(answer.status_code for answer in answers) == [ACCEPTED, REFUSED]


async def test_a_code_of_an_earlier_step_counts_no_more_once_a_later_was_taken(
    place: Place, owner: asyncpg.Connection
) -> None:
    await with_password(place, PASSWORD)
    earlier, later = await code_now(place, owner), await code_now(place, owner, later=STEP_SECONDS)
    async with another_browser(place) as browser:
        assert (await shown_the_code(await half_in(browser), later)).status_code == ACCEPTED
    async with another_browser(place) as browser:
        assert (await shown_the_code(await half_in(browser), earlier)).status_code == REFUSED


async def test_a_code_may_be_typed_with_spaces(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    code = await code_now(place, owner)
    async with another_browser(place) as browser:
        assert (await shown_the_code(await half_in(browser), f" {code[:3]} {code[3:]} ")).status_code == ACCEPTED


@pytest.mark.parametrize("code", ["", "12345", "1234567", "x", "\x00", "١٢٣٤٥٦", "ÄÖ" * 6, "x" * 5000])
async def test_what_is_no_code_is_a_miss_like_any_other(place: Place, owner: asyncpg.Connection, code: str) -> None:
    await with_password(place, PASSWORD)
    async with another_browser(place) as browser:
        assert (await shown_the_code(await half_in(browser), code)).status_code == REFUSED
        assert (await shown_the_code(browser, await code_now(place, owner))).status_code == ACCEPTED


async def test_a_recovery_code_opens_once_even_for_four_at_once(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    page = await post(place.browser, "/account/recovery-codes")
    code = (recovery_codes_of(page))[0]
    browsers = [another_browser(place) for _ in range(4)]
    for browser in browsers:
        await half_in(browser)
    answers = await asyncio.gather(*(shown_the_code(browser, code.lower()) for browser in browsers))
    assert sorted(answer.status_code for answer in answers) == [ACCEPTED, REFUSED, REFUSED, REFUSED]
    assert await count(owner, "recovery_code") == RECOVERY_CODES - 1
    for browser in browsers:
        await browser.aclose()


async def test_new_recovery_codes_end_those_before(place: Place) -> None:
    await with_password(place, PASSWORD)
    before = recovery_codes_of(await post(place.browser, "/account/recovery-codes"))
    after = recovery_codes_of(await post(place.browser, "/account/recovery-codes"))
    assert not set(before) & set(after)
    async with another_browser(place) as browser:
        await half_in(browser)
        assert (await shown_the_code(browser, before[0])).status_code == REFUSED
        assert (await shown_the_code(browser, after[0])).status_code == ACCEPTED


async def test_recovery_codes_are_kept_as_hashes_that_a_table_alone_does_not_tell(
    place: Place, owner: asyncpg.Connection
) -> None:
    await with_password(place, PASSWORD)
    codes = recovery_codes_of(await post(place.browser, "/account/recovery-codes"))
    kept = {row["code_hash"] for row in await owner.fetch("SELECT code_hash FROM recovery_code")}
    assert {len(one) for one in kept} == {32}
    assert not any(code.replace("-", "").encode() in one for one in kept for code in codes)


async def test_without_an_authenticator_there_are_no_recovery_codes(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    assert (await post(place.browser, "/account/recovery-codes")).headers["location"] == "/account"
    assert await count(owner, "recovery_code") == 0


async def test_the_authenticator_in_use_stays_until_another_has_shown_a_code(
    place: Place, owner: asyncpg.Connection
) -> None:
    await with_password(place, PASSWORD)
    before = await code_now(place, owner)
    await secret_shown(place.browser)
    async with another_browser(place) as browser:
        assert (await shown_the_code(await half_in(browser), before)).status_code == ACCEPTED
    assert (await with_authenticator(place)).status_code == SHOWN_AGAIN
    place.clock.advance(seconds=60)
    async with another_browser(place) as browser:
        assert (await shown_the_code(await half_in(browser), await code_now(place, owner))).status_code == ACCEPTED


async def test_another_authenticator_ends_the_other_sessions(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    async with another_browser(place) as browser:
        await shown_the_code(await half_in(browser), await code_now(place, owner))
        await with_authenticator(place)
        place.clock.advance(seconds=3)
        assert (await browser.get("/bff/session")).json() == {"audience": "NOBODY"}


async def test_after_fifty_misses_no_code_is_right_until_another_is_set_up(
    place: Place, owner: asyncpg.Connection
) -> None:
    await with_password(place, PASSWORD)
    await owner.execute("UPDATE authenticator SET misses = $1", MOST_MISSES - 1)
    async with another_browser(place) as browser:
        assert (await shown_the_code(await half_in(browser), "000000")).status_code == REFUSED
        assert (await shown_the_code(browser, await code_now(place, owner))).status_code == REFUSED
    await with_authenticator(place)
    place.clock.advance(seconds=60)
    async with another_browser(place) as browser:
        assert (await shown_the_code(await half_in(browser), await code_now(place, owner))).status_code == ACCEPTED


async def test_a_right_code_forgives_the_misses_before(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    async with another_browser(place) as browser:
        await shown_the_code(await half_in(browser), "000000")
        assert await owner.fetchval("SELECT misses FROM authenticator") == 1
        await shown_the_code(browser, await code_now(place, owner))
    assert await owner.fetchval("SELECT misses FROM authenticator") == 0


async def test_codes_are_limited_by_account(place: Place) -> None:
    await with_password(place, PASSWORD)
    most = password_pages.CODES.amount
    async with another_browser(place) as browser:
        await half_in(browser)
        answers = [(await shown_the_code(browser, "000000")).status_code for _ in range(most + 1)]
    assert answers == [REFUSED] * most + [429]


async def test_no_code_is_asked_for_without_a_password(place: Place) -> None:
    async with another_browser(place) as browser:
        assert (await browser.get("/sign-in/authenticator")).headers["location"] == "/sign-in/password"
        assert (await shown_the_code(browser, "000000")).headers["location"] == "/sign-in/password"


async def test_a_password_and_a_code_make_a_session_fresh_again(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    place.clock.advance(minutes=6)
    answer = await typed(place.browser, EMAIL, PASSWORD, fresh="1", landing="/account")
    assert answer.headers["location"] == "/sign-in/authenticator?landing=%2Faccount&fresh=1"
    code = await code_now(place, owner)
    assert (await shown_the_code(place.browser, code, fresh="1", landing="/account")).status_code == ACCEPTED
    assert await count(owner, "browser_session") == 1
    assert (await place.browser.get("/account/password")).status_code == 200


async def test_somebody_else_does_not_make_a_session_fresh(place: Place, owner: asyncpg.Connection) -> None:
    other = await with_password(place, PASSWORD)
    await person_in(place, email="other@amber.example")
    place.clock.advance(minutes=6)
    await typed(place.browser, EMAIL, PASSWORD, fresh="1")
    answer = await shown_the_code(place.browser, await code_now(place, owner, other), fresh="1")
    assert answer.status_code == REFUSED
    assert (await place.browser.get("/account/password")).status_code == ACCEPTED


async def test_password_and_authenticator_go_together_and_not_as_the_last(
    place: Place, owner: asyncpg.Connection
) -> None:
    await with_password(place, PASSWORD)
    await registered(place)
    assert (await post(place.browser, "/account/password/remove")).status_code == ACCEPTED
    assert [await count(owner, table) for table in ("password", "authenticator", "recovery_code")] == [0, 0, 0]


async def test_all_credentials_of_somebody_can_be_forgotten(place: Place, owner: asyncpg.Connection) -> None:
    person = await with_password(place, PASSWORD)
    await registered(place)
    await with_password(place, PASSWORD, partner_id=place.kvass, roles=frozenset({PersonRole.PARTNER_ADMIN}))
    async with place.access.transaction() as session:
        await ways_in.forget(session, Subject(person_id=PersonId(person.person_id)))
        assert not (await ways_in.of(session, Subject(person_id=PersonId(person.person_id)))).any
    tables = ("passkey", "passkey_user", "password", "authenticator", "recovery_code")
    assert [await count(owner, table) for table in tables] == [0, 0, 1, 1, RECOVERY_CODES]
