"""Keeping a passkey, removing it, and every one that is not kept."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from webauthn.helpers import bytes_to_base64url

from partners.sign_in import passkeys
from partners.sign_in.sessions import Subject
from tests.builders.passkeys import EDDSA, ES256, RS256, SoftAuthenticator
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
    register,
    registered,
    shown,
    to_register,
    to_show,
    token_of,
)
from tests.partners.test_sign_in import FROM_OURS, a_member, person_in, signed_in


async def test_what_is_asked_for_needs_nothing_typed_and_names_nobody(place: Place) -> None:
    person, _ = await person_in(place)
    options = await to_register(place.browser)
    assert options["rp"]["id"] == "localhost"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [ES256, EDDSA, RS256]
    assert options["attestation"] == "none"
    assert str(person.person_id) not in str(options)
    again = await to_register(place.browser)
    assert again["user"]["id"] == options["user"]["id"]
    assert again["challenge"] != options["challenge"]
    showing = await to_show(place.browser)
    assert (showing.get("allowCredentials", []), showing["userVerification"]) == ([], "required")


async def test_a_device_that_keeps_one_already_is_told_so(place: Place) -> None:
    await person_in(place)
    device = await registered(place)
    named = (await to_register(place.browser))["excludeCredentials"]
    assert [one["id"] for one in named] == [bytes_to_base64url(device.credential_id)]


WRONG_REGISTRATIONS: dict[str, Wrong] = {
    **WRONG_AUTHENTICATORS,
    "an algorithm nobody asked for": being(algorithm=-37),
    "no algorithm at all": being(algorithm=0),
    "no credential id": being(credential_id=b""),
    "a credential id that is too long": being(credential_id=b"x" * 1024),
    "malformed CBOR": answering(attestation=b"\xff\x00\xa1"),
    "CBOR cut off": answering(attestation=b"\xa3\x63fmt\x64none"),
    "CBOR without end": answering(attestation=b"\x9f" * 5000),
    "no CBOR": answering(attestation=b""),
    "no map": answering(attestation=b"\x01"),
    "no JSON": answering(credential="{"),
    "no object": answering(credential="[]"),
    "nothing but a number": answering(credential="7"),
    "nothing inside": answering(credential='{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'),
    "JSON without end": answering(credential="[" * 5000),
    "a NUL": answering(credential="\x00"),
}


@pytest.mark.parametrize("case", WRONG_REGISTRATIONS)
async def test_a_passkey_that_is_wrong_is_not_kept(place: Place, owner: asyncpg.Connection, case: str) -> None:
    await person_in(place)
    device = SoftAuthenticator(ISSUER)
    wrong = WRONG_REGISTRATIONS[case](device)
    answer = await register(place, device, await to_register(place.browser), **wrong)
    assert answer.status_code == REFUSED
    assert await count(owner) == 0


async def test_a_public_key_that_is_no_point_of_its_curve_is_not_kept(
    place: Place, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await person_in(place)
    device = SoftAuthenticator(ISSUER)
    nowhere = {**device.cose(), -2: b"\x01" * 32}
    monkeypatch.setattr(device, "cose", lambda: nowhere)
    assert (await register(place, device, await to_register(place.browser))).status_code == REFUSED
    assert await count(owner) == 0


async def test_a_challenge_to_register_works_once_even_for_four_at_once(
    place: Place, owner: asyncpg.Connection
) -> None:
    await person_in(place)
    options = await to_register(place.browser)
    answers = await asyncio.gather(*(register(place, SoftAuthenticator(ISSUER), options) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [ACCEPTED, REFUSED, REFUSED, REFUSED]
    assert await count(owner) == 1


async def test_a_challenge_is_good_for_what_it_was_asked_for(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    device = await registered(place)
    answer = device.get(await to_register(place.browser))
    assert (await post(place.browser, "/sign-in/passkey", credential=answer)).status_code == REFUSED
    showing = await to_show(place.browser)
    other = SoftAuthenticator(ISSUER)
    assert (await register(place, other, {**showing, "user": {"id": "eA"}})).status_code == REFUSED
    assert await count(owner) == 1


async def test_a_credential_id_belongs_to_whoever_had_it_first(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    one = await registered(place)
    await person_in(place, email="other@amber.example")
    thief = SoftAuthenticator(ISSUER, credential_id=one.credential_id)
    assert (await register(place, thief, await to_register(place.browser))).status_code == REFUSED
    assert await count(owner) == 1


async def test_a_passkey_that_was_removed_opens_nothing(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    one, two = await registered(place), await registered(place)
    named = await owner.fetchval("SELECT passkey_id FROM passkey WHERE credential_id = $1", one.credential_id)
    assert (await post(place.browser, "/account/passkeys/remove", passkey=str(named))).status_code == ACCEPTED
    async with another_browser(place) as browser:
        assert (await shown(browser, one)).status_code == REFUSED
        assert (await shown(browser, two)).status_code == ACCEPTED
    await place.access.post.sent()
    assert [("added" in mail.text, mail.to) for mail in place.mails] == [
        (True, "liga@amber.example"),
        (True, "liga@amber.example"),
        (False, "liga@amber.example"),
    ]
    told = await owner.fetch("SELECT action FROM trail_line WHERE action LIKE 'CREDENTIAL%' ORDER BY number")
    assert [row["action"] for row in told] == ["CREDENTIAL_ADDED", "CREDENTIAL_ADDED", "CREDENTIAL_REMOVED"]


async def test_the_last_way_in_stays_even_when_two_are_removed_at_once(place: Place, owner: asyncpg.Connection) -> None:
    await person_in(place)
    await registered(place)
    await registered(place)
    named = [str(row["passkey_id"]) for row in await owner.fetch("SELECT passkey_id FROM passkey")]
    token = await token_of(place.browser)
    answers = await asyncio.gather(
        *(
            place.browser.post(
                "/account/passkeys/remove", data={"form_token": token, "passkey": one}, headers=FROM_OURS
            )
            for one in named
        )
    )
    assert sorted(answer.status_code for answer in answers) == [ACCEPTED, REFUSED]
    assert await count(owner) == 1


async def test_a_member_may_part_with_the_last_passkey(place: Place, owner: asyncpg.Connection) -> None:
    member_id, _ = await a_member(place)
    await signed_in(place, Subject(member_id=member_id))
    await registered(place)
    named = await owner.fetchval("SELECT passkey_id FROM passkey")
    assert (await post(place.browser, "/account/passkeys/remove", passkey=str(named))).status_code == ACCEPTED
    assert await count(owner) == 0


@pytest.mark.parametrize("named", ["of another", "00000000-0000-0000-0000-000000000000", "x", "", "\x00"])
async def test_only_ones_own_passkeys_are_removed(place: Place, owner: asyncpg.Connection, named: str) -> None:
    await person_in(place)
    await registered(place)
    if named == "of another":
        named = str(await owner.fetchval("SELECT passkey_id FROM passkey"))
    await person_in(place, email="other@amber.example")
    answer = await post(place.browser, "/account/passkeys/remove", passkey=named)
    assert (answer.status_code, answer.headers["location"]) == (ACCEPTED, "/account")
    assert await count(owner) == 1


@pytest.mark.parametrize("path", ["/account/passkeys/options", "/account/passkeys", "/account/passkeys/remove"])
async def test_passkeys_are_changed_only_just_after_a_sign_in(place: Place, path: str) -> None:
    async with another_browser(place) as nobody:
        assert (await post(nobody, path)).headers["location"] == "/sign-in?landing=%2Faccount"
    await person_in(place)
    place.clock.advance(minutes=5, seconds=1)
    assert (await post(place.browser, path)).headers["location"] == "/sign-in?landing=%2Faccount&fresh=1"


async def test_there_are_twenty_passkeys_at_most(
    place: Place, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await person_in(place)
    assert passkeys.MOST_PASSKEYS == 20
    monkeypatch.setattr(passkeys, "MOST_PASSKEYS", 2)
    for _ in range(2):
        await registered(place)
    answer = await post(place.browser, "/account/passkeys/options")
    assert (answer.status_code, answer.json()) == (REFUSED, {"error": "TOO_MANY_PASSKEYS"})
    assert await count(owner) == 2


@pytest.mark.parametrize(
    ("name", "status"), [("Līgas telefons 📱", ACCEPTED), ("x" * 61, REFUSED), ("a\x00b", REFUSED)]
)
async def test_a_passkey_has_a_name_that_can_be_read(place: Place, name: str, status: int) -> None:
    await person_in(place)
    response = SoftAuthenticator(ISSUER).create(await to_register(place.browser))
    assert (await post(place.browser, "/account/passkeys", credential=response, name=name)).status_code == status
