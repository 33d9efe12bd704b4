"""Passwords of the staff: which are good, that a password alone opens nothing, and that misses all look alike."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from typing import Any

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters

from domain.ids import PersonId
from partners import housekeeping
from partners.errors import PasswordTooWeak, Weakness
from partners.people import admitting
from partners.scopes import PersonRole
from partners.sign_in import password_pages, passwords, sessions
from partners.sign_in.mail_pages import FROM_ADDRESS
from partners.sign_in.passwords import LONGEST, SAME_WORK, Hasher, check
from partners.standing import SERVER
from tests.partners.conftest import Place
from tests.partners.signing_in import (
    ACCEPTED,
    REFUSED,
    another_browser,
    code_now,
    count,
    post,
    shown_the_code,
    typed,
    viewer,
    with_password,
)
from tests.partners.test_sign_in import FROM_OURS, a_member, person_in, signed_in

PASSWORD = "correct horse battery"
EMAIL = "liga@amber.example"
PARTNERS_ADMIN = frozenset({PersonRole.PARTNER_ADMIN})


class Counting(PasswordHasher):
    """Argon2 that counts what it does."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified = 0
        self.at_once = 0
        self.most_at_once = 0

    def verify(self, *args: Any) -> Any:
        """Verify, and count."""
        self.verified += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return super().verify(*args)
        finally:
            self.at_once -= 1


@pytest.fixture
def counting(place: Place) -> Counting:
    """The hasher, counting."""
    counting = Counting()
    place.access.passwords._argon2 = counting
    return counting


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("x" * 3 + "yzabcdef", Weakness.SHORT),
        ("correct horse battery " * 6, Weakness.LONG),
        ("password1234", Weakness.COMMON),
        ("P@ssw0rd12345", Weakness.COMMON),
        ("qwertyuiop123", Weakness.COMMON),
        ("iloveyou123456", Weakness.COMMON),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("abcdefghijklmnop", Weakness.COMMON),
        ("9876543210987", Weakness.COMMON),
        ("LIGA loves seven dogs", Weakness.OWN_NAME),
        ("līga loves seven dogs", Weakness.OWN_NAME),
        ("seven dogs of Ozola!", Weakness.OWN_NAME),
        ("amber waves of grain", Weakness.OWN_NAME),
        ("hansa is a good house", Weakness.OWN_NAME),
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str, weakness: Weakness) -> None:
    with pytest.raises(PasswordTooWeak) as refused:
        check(password, name="Līga Ozola", email=EMAIL)
    assert refused.value.weakness == weakness


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "dragon monkey shadow master",
        "пароль-Ворона-7",
        "żółw żółw gęś kaczka",
        "🐢🐸🦆🐴🐷🐮🐗🐵🐔🐧🐦🐤",
        "zebra 7 lamps",
    ],
)
def test_a_password_may_be_of_any_characters(password: str) -> None:
    check(password, name="Līga Ozola", email=EMAIL)


def test_length_counts_code_points_once_they_are_composed() -> None:
    apart = unicodedata.normalize("NFD", "ā" * 3 + "ēīūčšž" + "ķļņ")
    assert len(apart) == 24
    check(apart, name="", email="")
    with pytest.raises(PasswordTooWeak):
        check(apart[:-2], name="", email="")


def test_a_password_has_at_most_128_characters() -> None:
    longest = "".join(chr(0x3041 + number % 80) for number in range(0, 7 * LONGEST, 7))
    check(longest, name="", email="")
    with pytest.raises(PasswordTooWeak):
        check(longest + "x", name="", email="")


async def test_a_password_is_the_same_however_a_keyboard_puts_its_accents(place: Place) -> None:
    await with_password(place, "Pērkona dārdi jūnijā")
    async with another_browser(place) as browser:
        assert (
            await typed(browser, EMAIL, unicodedata.normalize("NFD", "Pērkona dārdi jūnijā"))
        ).status_code == ACCEPTED


async def test_a_person_signs_in_with_password_and_code(place: Place, owner: asyncpg.Connection) -> None:
    person = await with_password(place, PASSWORD)
    async with another_browser(place) as browser:
        answer = await typed(browser, " Liga@Amber.example", PASSWORD, landing="/console/")
        assert answer.headers["location"] == "/sign-in/authenticator?landing=%2Fconsole%2F"
        answer = await shown_the_code(browser, await code_now(place, owner), landing="/console/")
        assert (answer.status_code, answer.headers["location"]) == (ACCEPTED, "/console/")
        assert (await viewer(browser))["person"] == str(person.person_id)
    methods = await owner.fetchval("SELECT methods FROM browser_session ORDER BY created_at DESC LIMIT 1")
    assert set(methods) == {"pwd", "otp", "mfa"}


async def test_a_password_alone_is_no_session(place: Place) -> None:
    await with_password(place, PASSWORD)
    async with another_browser(place) as browser:
        assert (await typed(browser, EMAIL, PASSWORD)).status_code == ACCEPTED
        assert (await browser.get("/bff/session")).json() == {"audience": "NOBODY"}
        assert (await browser.get("/account/authenticator")).headers["location"].startswith("/sign-in?")


async def test_a_password_without_an_authenticator_opens_nothing(place: Place) -> None:
    await person_in(place)
    assert (await post(place.browser, "/account/password", password=PASSWORD)).headers["location"] == (
        "/account/authenticator"
    )
    async with another_browser(place) as browser:
        assert (await typed(browser, EMAIL, PASSWORD)).status_code == REFUSED


async def test_the_half_that_was_shown_is_bound_to_its_browser_and_lasts_five_minutes(
    place: Place, owner: asyncpg.Connection
) -> None:
    await with_password(place, PASSWORD)
    async with another_browser(place) as browser, another_browser(place) as other:
        await typed(browser, EMAIL, PASSWORD)
        answer = await shown_the_code(other, await code_now(place, owner))
        assert answer.headers["location"] == "/sign-in/password"
        place.clock.advance(minutes=5)
        answer = await shown_the_code(browser, await code_now(place, owner))
        assert answer.headers["location"] == "/sign-in/password"


async def test_all_misses_read_the_same_and_cost_the_same(place: Place, counting: Counting) -> None:
    await with_password(place, PASSWORD)
    await with_password(place, PASSWORD, partner_id=place.kvass, roles=PARTNERS_ADMIN, email="one@amber.example")
    for partner_id in (place.kvass, place.tea):
        await with_password(place, PASSWORD, partner_id=partner_id, roles=PARTNERS_ADMIN, email="two@amber.example")
    await person_in(place, email="bare@amber.example")
    gone = await with_password(place, PASSWORD, email="gone@amber.example")
    await place.write(admitting.change, PersonId(gone.person_id), active=False)
    await place.access.passwords.whose("x", [])
    pages, work = set(), set()
    for case in ("liga", "one", "two", "bare", "gone", "nobody", "not an address"):
        async with another_browser(place) as browser:
            before = counting.verified
            email = case if " " in case else f"{case}@amber.example"
            answer = await typed(browser, email, "wrong horse battery")
            assert answer.status_code == REFUSED
            pages.add(re.sub(r'value="[^"]*"', "", answer.text))
            work.add(counting.verified - before)
    assert len(pages) == 1
    assert work == {SAME_WORK}


async def test_an_attempt_that_is_right_costs_no_less(place: Place, counting: Counting) -> None:
    await with_password(place, PASSWORD)
    await place.access.passwords.whose("x", [])
    async with another_browser(place) as browser:
        before = counting.verified
        assert (await typed(browser, EMAIL, PASSWORD)).status_code == ACCEPTED
        assert counting.verified - before == SAME_WORK


async def test_few_passwords_are_hashed_at_once(counting: Counting) -> None:
    hasher = Hasher(counting)
    await hasher.whose("x", [])
    await asyncio.gather(*(hasher.whose("x", []) for _ in range(20)))
    assert counting.most_at_once <= passwords.AT_ONCE


async def test_hashes_are_argon2id_at_the_cost_that_is_asked_for(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    parameters = extract_parameters(await owner.fetchval("SELECT password_hash FROM password"))
    assert (parameters.type.name, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        "ID",
        19456,
        2,
        1,
    )


async def test_a_hash_of_earlier_cost_is_renewed_at_the_next_sign_in(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    await owner.execute("UPDATE password SET password_hash = $1", cheap)
    async with another_browser(place) as browser:
        await typed(browser, EMAIL, PASSWORD)
    assert extract_parameters(await owner.fetchval("SELECT password_hash FROM password")).memory_cost == 19456
    async with another_browser(place) as browser:
        assert (await typed(browser, EMAIL, PASSWORD)).status_code == ACCEPTED


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
async def test_a_broken_hash_is_nobodys(place: Place, owner: asyncpg.Connection, stored: str) -> None:
    await with_password(place, PASSWORD)
    await owner.execute("UPDATE password SET password_hash = $1", stored)
    async with another_browser(place) as browser:
        assert (await typed(browser, EMAIL, PASSWORD)).status_code == REFUSED


async def test_whoever_works_for_two_partners_is_known_by_what_they_show(
    place: Place, owner: asyncpg.Connection
) -> None:
    found = {
        partner_id: await with_password(place, PASSWORD, partner_id=partner_id, roles=PARTNERS_ADMIN)
        for partner_id in (place.kvass, place.tea)
    }
    for partner_id, person in found.items():
        async with another_browser(place) as browser:
            place.clock.advance(minutes=1)
            await typed(browser, EMAIL, PASSWORD)
            await shown_the_code(browser, await code_now(place, owner, person))
            told = await viewer(browser)
            assert (told["person"], told["partner"]) == (str(person.person_id), str(partner_id))
    assert set(await owner.fetchrow("SELECT min(misses), max(misses) FROM authenticator") or ()) == {0}


async def test_only_the_partner_whose_password_it_was_is_asked_for_a_code(
    place: Place, owner: asyncpg.Connection
) -> None:
    one = await with_password(place, PASSWORD, partner_id=place.kvass, roles=PARTNERS_ADMIN)
    await with_password(place, "another good password", partner_id=place.tea, roles=PARTNERS_ADMIN)
    async with another_browser(place) as browser:
        await typed(browser, EMAIL, "another good password")
        assert (await shown_the_code(browser, await code_now(place, owner, one))).status_code == REFUSED


async def test_a_new_password_ends_the_other_sessions_and_is_told_by_mail(
    place: Place, owner: asyncpg.Connection
) -> None:
    person = await with_password(place, PASSWORD)
    async with another_browser(place) as browser:
        await typed(browser, EMAIL, PASSWORD)
        await shown_the_code(browser, await code_now(place, owner))
        assert (await post(place.browser, "/account/password", password="seven quiet lamps")).status_code == ACCEPTED
        place.clock.advance(seconds=3)
        assert (await browser.get("/bff/session")).json() == {"audience": "NOBODY"}
    assert (await viewer(place.browser))["person"] == str(person.person_id)
    async with another_browser(place) as browser:
        assert (await typed(browser, EMAIL, PASSWORD)).status_code == REFUSED
        assert (await typed(browser, EMAIL, "seven quiet lamps")).status_code == ACCEPTED
    await place.access.post.sent()
    assert [mail.to for mail in place.mails] == [EMAIL] * 3
    assert not any(word in mail.text for mail in place.mails for word in (PASSWORD, "quiet lamps"))


async def test_a_weak_password_changes_nothing(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    for weak in ("short", "password1234", "Līga Līga Līga", "x" * 200, ""):
        assert (await post(place.browser, "/account/password", password=weak)).status_code == REFUSED
    assert await count(owner, "password") == 0


async def test_passwords_are_for_the_staff_only(place: Place, owner: asyncpg.Connection) -> None:
    member_id, _ = await a_member(place)
    await signed_in(place, sessions.Subject(member_id=member_id))
    for path in ("/account/password", "/account/password/remove", "/account/authenticator", "/account/recovery-codes"):
        answer = await post(place.browser, path, password=PASSWORD, code="123456")
        assert (answer.status_code, answer.headers["location"]) == (ACCEPTED, "/account")
    for path in ("/account/password", "/account/authenticator"):
        assert (await place.browser.get(path)).headers["location"] == "/account"
    assert [await count(owner, table) for table in ("password", "authenticator", "recovery_code")] == [0, 0, 0]


@pytest.mark.parametrize("path", ["/account/password", "/account/password/remove", "/account/recovery-codes"])
async def test_passwords_are_changed_only_just_after_a_sign_in(place: Place, path: str) -> None:
    await with_password(place, PASSWORD)
    place.clock.advance(minutes=5, seconds=1)
    answer = await post(place.browser, path, password="seven quiet lamps")
    assert answer.headers["location"] == "/sign-in?landing=%2Faccount&fresh=1"


async def test_the_password_is_not_removed_where_it_is_the_last_way_in(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    assert (await post(place.browser, "/account/password/remove")).status_code == REFUSED
    assert await count(owner, "password") == 1


@pytest.mark.parametrize("password", ["", "\x00", "a\x00b", "x" * 9000, "пароль", "\ud7ff"])
@pytest.mark.parametrize("email", [EMAIL, "", "\x00@x.example", "x" * 4000, "ā@ē.example"])
async def test_what_nobody_would_type_is_a_miss_like_any_other(place: Place, email: str, password: str) -> None:
    async with another_browser(place) as browser:
        assert (await typed(browser, email, password)).status_code == REFUSED


async def test_misses_are_limited_by_account_known_or_not(place: Place) -> None:
    await with_password(place, PASSWORD)
    most = password_pages.PASSWORDS.amount
    assert most < FROM_ADDRESS.amount
    for email in (EMAIL, "nobody@amber.example"):
        place.clock.advance(hours=2)
        async with another_browser(place) as browser:
            answers = [(await typed(browser, email, "wrong horse battery")).status_code for _ in range(most + 1)]
            assert answers == [REFUSED] * most + [429]


async def test_misses_are_limited_by_address(place: Place) -> None:
    most = FROM_ADDRESS.amount
    async with another_browser(place) as browser:
        answers = [
            (await typed(browser, f"n{number}@amber.example", "wrong horse battery")).status_code
            for number in range(most + 1)
        ]
    assert answers == [REFUSED] * most + [429]


async def test_another_site_tries_no_password(place: Place) -> None:
    async with another_browser(place) as browser:
        form = {"email": EMAIL, "password": PASSWORD}
        for path in ("/sign-in/password", "/sign-in/authenticator", "/account/password"):
            assert (await browser.post(path, data=form, headers=FROM_OURS)).status_code == REFUSED
            evil = {"Origin": "https://evil.example"}
            assert (await post_from(browser, path, evil, form)).status_code == REFUSED


async def post_from(
    browser: httpx.AsyncClient, path: str, headers: dict[str, str], form: dict[str, str]
) -> httpx.Response:
    page = (await browser.get("/sign-in/password")).text
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    return await browser.post(path, data={**form, "form_token": found[1]}, headers=headers)


async def test_a_half_sign_in_has_its_time_and_is_swept_away(place: Place, owner: asyncpg.Connection) -> None:
    await with_password(place, PASSWORD)
    async with another_browser(place) as browser:
        await typed(browser, EMAIL, PASSWORD)
        await post(browser, "/sign-in/passkey/options")
    tables = ("half_sign_in", "passkey_challenge")
    await place.write(housekeeping.sweep, now=place.clock(), sight=SERVER)
    assert [await count(owner, table) for table in tables] == [1, 1]
    place.clock.advance(minutes=6)
    await place.write(housekeeping.sweep, now=place.clock(), sight=SERVER)
    assert [await count(owner, table) for table in tables] == [0, 0]
