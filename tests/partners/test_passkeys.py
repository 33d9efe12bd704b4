"""Signing in with a passkey, and every answer that signs nobody in."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from domain.ids import PersonId
from partners.people import admitting
from partners.scopes import PersonRole
from partners.sign_in import passkey_pages
from partners.sign_in.sessions import Subject
from tests.builders.passkeys import BACKED_UP, EDDSA, ES256, PRESENT, RS256, SYNCED, VERIFIED, SoftAuthenticator
from tests.partners.conftest import ISSUER, Place
from tests.partners.signing_in import (
    ACCEPTED,
    REFUSED,
    WRONG_AUTHENTICATORS,
    Wrong,
    another_browser,
    answering,
    being,
    count,
    post,
    registered,
    shown,
    to_register,
    to_show,
    token_of,
    viewer,
)
from tests.partners.test_sign_in import FROM_OURS, a_member, person_in, signed_in


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
async def test_a_person_adds_a_passkey_and_signs_in_with_it(place: Place, algorithm: int) -> None:
    person, _ = await person_in(place)
    device = await registered(place, algorithm=algorithm)
    async with another_browser(place) as browser:
        answer = await shown(browser, device)
        assert (answer.status_code, answer.headers["location"]) == (ACCEPTED, "/account")
        assert (await viewer(browser))["person"] == str(person.person_id)


async def test_a_member_adds_a_passkey_and_signs_in_with_it(place: Place) -> None:
    member_id, _ = await a_member(place)
    await signed_in(place, Subject(member_id=member_id))
    device = await registered(place)
    async with another_browser(place) as browser:
        assert (await shown(browser, device)).status_code == ACCEPTED
        assert (await viewer(browser))["member"] == str(member_id)


@pytest.mark.parametrize(
    ("flags", "kind"), [(PRESENT | VERIFIED, "hwk"), (PRESENT | VERIFIED | SYNCED | BACKED_UP, "swk")]
)
async def test_the_session_says_which_kind_of_key_opened_it(
    place: Place, owner: asyncpg.Connection, flags: int, kind: str
) -> None:
    await person_in(place)
    device = await registered(place, flags=flags)
    async with another_browser(place) as browser:
        await shown(browser, device)
    methods = await owner.fetchval("SELECT methods FROM browser_session ORDER BY created_at DESC LIMIT 1")
    assert set(methods) == {kind, "user", "mfa"}


async def test_a_challenge_lasts_five_minutes(place: Place) -> None:
    await person_in(place)
    device = await registered(place)
    options = await to_show(place.browser)
    place.clock.advance(minutes=5)
    assert (await post(place.browser, "/sign-in/passkey", credential=device.get(options))).status_code == REFUSED


async def test_a_challenge_is_bound_to_the_browser_that_asked(place: Place) -> None:
    await person_in(place)
    device = await registered(place)
    async with another_browser(place) as one, another_browser(place) as other:
        answer = device.get(await to_show(one))
        assert (await post(other, "/sign-in/passkey", credential=answer)).status_code == REFUSED
        assert (await post(one, "/sign-in/passkey", credential=answer)).status_code == ACCEPTED


async def test_a_challenge_is_used_up_by_a_wrong_answer(place: Place) -> None:
    await person_in(place)
    device = await registered(place)
    async with another_browser(place) as browser:
        options = await to_show(browser)
        wrong = device.get(options, signature=b"x" * 70)
        assert (await post(browser, "/sign-in/passkey", credential=wrong)).status_code == REFUSED
        assert (await post(browser, "/sign-in/passkey", credential=device.get(options))).status_code == REFUSED


WRONG_ANSWERS: dict[str, Wrong] = {
    **WRONG_AUTHENTICATORS,
    "another key": being(key=SoftAuthenticator(ISSUER).key),
    "a passkey nobody knows": being(credential_id=b"unknown"),
    "another user's name": being(handle=b"x" * 32),
    "no user's name": answering(response={"userHandle": None}),
    "no signature": answering(signature=b""),
    "a signature of something else": answering(signature=b"0" * 70),
    "data cut off": answering(data=b"x" * 36),
    "too much data": answering(data=b"x" * 500),
}


@pytest.mark.parametrize("case", WRONG_ANSWERS)
async def test_a_wrong_answer_signs_nobody_in(place: Place, case: str) -> None:
    await person_in(place)
    device = await registered(place)
    wrong = WRONG_ANSWERS[case](device)
    async with another_browser(place) as browser:
        answer = await shown(browser, device, **wrong)
        assert answer.status_code == REFUSED
        assert (await browser.get("/bff/session")).json() == {"audience": "NOBODY"}


@pytest.mark.parametrize(
    "credential", ["", "{", "[]", "7", "null", '{"response": 1}', "[" * 5000, "\x00", "ā", "x" * 15000]
)
async def test_what_is_no_answer_at_all_signs_nobody_in(place: Place, credential: str) -> None:
    async with another_browser(place) as browser:
        assert (await post(browser, "/sign-in/passkey", credential=credential)).status_code == REFUSED


async def test_anothers_passkey_does_not_open_ones_own_account(place: Place) -> None:
    await person_in(place)
    one = await registered(place)
    await person_in(place, email="other@amber.example")
    other = await registered(place)
    one.handle, other.handle = other.handle, one.handle
    async with another_browser(place) as browser:
        assert (await shown(browser, one)).status_code == REFUSED
        assert (await shown(browser, other)).status_code == REFUSED


async def test_an_answer_works_once_even_for_four_at_once(place: Place) -> None:
    await person_in(place)
    device = await registered(place)
    async with another_browser(place) as browser:
        token, answer = await token_of(browser), device.get(await to_show(browser))
        form = {"form_token": token, "credential": answer}
        answers = await asyncio.gather(
            *(browser.post("/sign-in/passkey", data=form, headers=FROM_OURS) for _ in range(4))
        )
        assert sorted(one.status_code for one in answers) == [ACCEPTED, REFUSED, REFUSED, REFUSED]


async def test_a_counter_that_goes_back_is_refused_and_told_in_the_trail(
    place: Place, owner: asyncpg.Connection
) -> None:
    person, _ = await person_in(place, partner_id=place.kvass, roles=frozenset({PersonRole.PARTNER_ADMIN}))
    device = await registered(place)
    async with another_browser(place) as browser:
        device.count = 7
        assert (await shown(browser, device)).status_code == ACCEPTED
    for told in (8, 3, 0):
        async with another_browser(place) as browser:
            device.count, device.counts = told, False
            assert (await shown(browser, device)).status_code == REFUSED
    lines = await owner.fetch("SELECT actor, subject_id, partner_id FROM trail_line WHERE action = 'PASSKEY_SUSPECTED'")
    assert [tuple(line) for line in lines] == [("SERVER", person.person_id, place.kvass)] * 3


async def test_an_authenticator_that_does_not_count_signs_in_again_and_again(place: Place) -> None:
    await person_in(place)
    device = await registered(place, counts=False)
    for _ in range(2):
        async with another_browser(place) as browser:
            assert (await shown(browser, device)).status_code == ACCEPTED


async def test_a_forged_answer_does_not_look_like_a_copy(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    device = await registered(place)
    async with another_browser(place) as browser:
        await shown(browser, device)
    async with another_browser(place) as browser:
        device.count = 0
        assert (await shown(browser, device, signature=b"0" * 70)).status_code == REFUSED
    assert await owner.fetchval("SELECT count(*) FROM trail_line WHERE action = 'PASSKEY_SUSPECTED'") == 0


async def test_nobody_who_was_let_go_signs_in(place: Place) -> None:
    person, _ = await person_in(place)
    device = await registered(place)
    await place.write(admitting.change, PersonId(person.person_id), active=False)
    async with another_browser(place) as browser:
        assert (await shown(browser, device)).status_code == REFUSED


@pytest.mark.parametrize("closing", ["UPDATE partner SET status = 'CLOSED'", "UPDATE member SET status = 'CLOSED'"])
async def test_neither_a_closed_partners_people_nor_a_closed_member_signs_in(
    place: Place, owner: asyncpg.Connection, closing: str
) -> None:
    if "partner" in closing:
        await person_in(place, partner_id=place.kvass, roles=frozenset({PersonRole.PARTNER_ADMIN}))
    else:
        member_id, _ = await a_member(place)
        await signed_in(place, Subject(member_id=member_id))
    device = await registered(place)
    await owner.execute(closing)
    async with another_browser(place) as browser:
        assert (await shown(browser, device)).status_code == REFUSED


async def test_a_passkey_makes_a_session_fresh_again(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    device = await registered(place)
    place.clock.advance(minutes=6)
    answer = device.get(await to_show(place.browser))
    proven = await post(place.browser, "/sign-in/passkey", credential=answer, fresh="1", landing="/account")
    assert proven.status_code == ACCEPTED
    assert await count(owner, "browser_session") == 1
    assert (await to_register(place.browser))["challenge"]


async def test_whoever_asks_too_often_is_told_to_wait(place: Place) -> None:
    async with another_browser(place) as browser:
        token = await token_of(browser)
        asking = {"form_token": token}
        for _ in range(passkey_pages.CEREMONIES.amount):
            answer = await browser.post("/sign-in/passkey/options", data=asking, headers=FROM_OURS)
        assert answer.status_code == 200
        answer = await browser.post("/sign-in/passkey/options", data=asking, headers=FROM_OURS)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1


async def test_another_site_starts_no_ceremony(place: Place) -> None:
    await person_in(place)
    token = await token_of(place.browser)
    for path in ("/sign-in/passkey/options", "/sign-in/passkey", "/account/passkeys/options", "/account/passkeys"):
        for headers in ({}, {"Origin": "https://evil.example"}):
            answer = await place.browser.post(path, data={"form_token": token}, headers=headers)
            assert answer.status_code == REFUSED
        assert (await place.browser.post(path, data={"form_token": "x"}, headers=FROM_OURS)).status_code == REFUSED
