"""Signing in with a one-time link, and what a browser must show afterwards."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from domain.errors import Conflict, InvalidValue, NotFound
from domain.ids import MemberId, PersonId, WalletId, new_id
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.storage import COALITION, Sight
from partners.issuer import Issuer
from partners.people import admitting
from partners.people.admitting import AdmitPerson
from partners.scopes import MEMBER_SCOPES, SCOPES_OF_ROLE, PersonRole
from partners.sign_in import links, sessions
from partners.sign_in.cookies import cookie_name
from partners.sign_in.sessions import Subject
from partners.standing import SERVER
from partners.viewer import NOBODY, session_viewer
from tests.partners.conftest import ISSUER, Place

FROM_OURS = {"Origin": ISSUER}


async def a_person(place: Place, **wanted: Any) -> Any:
    command = AdmitPerson(
        **{
            "name": "Līga Ozola",
            "email": "Liga@Amber.example",
            "roles": frozenset({PersonRole.COALITION_APPROVER}),
            **wanted,
        }
    )
    return await place.write(admitting.admit, command, now=place.clock())


async def a_code(place: Place, subject: Subject, **wanted: Any) -> str:
    async with place.access.transaction() as session:
        return await links.issue(session, subject, now=place.clock(), **wanted)


async def signed_in(place: Place, subject: Subject) -> dict[str, str]:
    """The headers of a page of ours in a signed-in browser."""
    code = await a_code(place, subject)
    answer = await place.browser.post("/sign-in", data={"code": code}, headers=FROM_OURS)
    assert answer.status_code == 303
    session = (await place.browser.get("/bff/session")).json()
    return {**FROM_OURS, "X-CSRF-Token": session["csrfToken"]}


async def a_member(place: Place) -> tuple[MemberId, WalletId]:
    command = EnrolMember(partner_id=place.kvass, idempotency_key="1", identifiers=(Identifier.card("1234 5678"),))
    keys = MemberKeys(place.access.keys.lookups, place.access.keys.personal_data)
    enrolled = await enrol(place.database.pool, command, keys=keys, now=place.clock())
    return MemberId(enrolled.member.member_id), WalletId(enrolled.member.wallet_id)


async def person_in(place: Place, **wanted: Any) -> tuple[Any, dict[str, str]]:
    person = await a_person(place, **wanted)
    return person, await signed_in(place, Subject(person_id=PersonId(person.person_id)))


async def test_a_person_signs_in_and_acts_by_their_roles(place: Place) -> None:
    person, headers = await person_in(place)
    viewer = (await place.browser.post("/graphql", headers=headers)).json()
    assert viewer["audience"] == "COALITION"
    assert viewer["person"] == str(person.person_id)
    assert viewer["scopes"] == sorted(SCOPES_OF_ROLE[PersonRole.COALITION_APPROVER])


async def test_a_partners_person_sees_as_the_partner(place: Place) -> None:
    roles = frozenset({PersonRole.PARTNER_FINANCE, PersonRole.PARTNER_ADMIN})
    _, headers = await person_in(place, roles=roles, partner_id=place.kvass)
    viewer = (await place.browser.post("/graphql", headers=headers)).json()
    assert viewer["sight"] == f"partner:{place.kvass}"
    assert viewer["scopes"] == sorted(
        SCOPES_OF_ROLE[PersonRole.PARTNER_FINANCE] | SCOPES_OF_ROLE[PersonRole.PARTNER_ADMIN]
    )


async def test_a_member_sees_what_is_theirs(place: Place) -> None:
    member_id, wallet_id = await a_member(place)
    headers = await signed_in(place, Subject(member_id=member_id))
    viewer = (await place.browser.post("/graphql", headers=headers)).json()
    assert (viewer["sight"], viewer["wallet"]) == (f"member:{member_id}", str(wallet_id))
    assert viewer["scopes"] == sorted(MEMBER_SCOPES)


async def test_a_link_hides_its_code_behind_the_hash_and_opening_it_uses_nothing_up(place: Place) -> None:
    person = await a_person(place)
    code = await a_code(place, Subject(person_id=PersonId(person.person_id)))
    assert links.link(Issuer(ISSUER), code) == f"{ISSUER}/sign-in#{code}"
    page = await place.browser.get("/sign-in")
    [script] = re.findall(r'src="(/sign-in/static/link.js[^"]*)"', page.text)
    assert "location.hash" in (await place.browser.get(script)).text
    assert page.headers["referrer-policy"] == "same-origin"
    assert (await place.browser.post("/sign-in", data={"code": code}, headers=FROM_OURS)).status_code == 303


async def test_a_code_works_once_even_for_four_at_once(place: Place) -> None:
    person = await a_person(place)
    code = await a_code(place, Subject(person_id=PersonId(person.person_id)))
    answers = await asyncio.gather(
        *(place.browser.post("/sign-in", data={"code": code}, headers=FROM_OURS) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400]


async def test_an_old_an_unknown_and_a_used_code_read_the_same(place: Place) -> None:
    person = await a_person(place)
    subject = Subject(person_id=PersonId(person.person_id))
    used, old = await a_code(place, subject), await a_code(place, subject)
    await place.browser.post("/sign-in", data={"code": used}, headers=FROM_OURS)
    place.clock.advance(minutes=16)
    pages = {}
    for case, code in (("used", used), ("old", old), ("unknown", "x" * 43), ("empty", ""), ("odd", "\u0101\x00")):
        answer = await place.browser.post("/sign-in", data={"code": code}, headers=FROM_OURS)
        assert answer.status_code == 400
        pages[case] = answer.text
    assert len(set(pages.values())) == 1


async def test_a_link_of_a_demonstration_lasts_a_day_and_an_invitation_seven_at_most(place: Place) -> None:
    person = await a_person(place)
    subject = Subject(person_id=PersonId(person.person_id))
    code = await a_code(place, subject, lifetime=links.SANDBOX_CODE_LIFETIME)
    place.clock.advance(hours=23)
    assert (await place.browser.post("/sign-in", data={"code": code}, headers=FROM_OURS)).status_code == 303
    with pytest.raises(InvalidValue):
        await a_code(place, subject, lifetime=timedelta(days=7, seconds=1))


@pytest.mark.parametrize(
    "landing", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/a\r\nSet-Cookie: x"]
)
async def test_the_landing_is_a_path_of_this_site(place: Place, landing: str) -> None:
    person = await a_person(place)
    with pytest.raises(InvalidValue):
        await a_code(place, Subject(person_id=PersonId(person.person_id)), landing=landing)


async def test_another_site_cannot_sign_a_browser_in(place: Place) -> None:
    person = await a_person(place)
    code = await a_code(place, Subject(person_id=PersonId(person.person_id)))
    for headers in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {**FROM_OURS, "Sec-Fetch-Site": "cross-site"},
    ):
        answer = await place.browser.post("/sign-in", data={"code": code}, headers=headers)
        assert answer.status_code == 400
        assert "set-cookie" not in answer.headers


def test_a_cookie_is_bound_to_its_host_over_https() -> None:
    assert cookie_name(Issuer("https://api.example.org")) == "__Host-hansa"
    assert cookie_name(Issuer(ISSUER)) == "hansa"


async def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(place: Place) -> None:
    person = await a_person(place)
    code = await a_code(place, Subject(person_id=PersonId(person.person_id)))
    answer = await place.browser.post("/sign-in", data={"code": code}, headers=FROM_OURS)
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert answer.headers["location"] == "/"


async def test_a_cookie_alone_counts_for_nothing(place: Place) -> None:
    _, headers = await person_in(place)
    assert (await place.browser.post("/graphql")).json()["audience"] == "NOBODY"
    wrong: list[dict[str, str]] = [
        {"X-CSRF-Token": headers["X-CSRF-Token"]},
        {**headers, "Origin": "https://evil.example"},
        {**headers, "X-CSRF-Token": "x"},
        {**headers, "X-CSRF-Token": ""},
        {**headers, "Sec-Fetch-Site": "same-site"},
        {"X-CSRF-Token": headers["X-CSRF-Token"], "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF-Token": headers["X-CSRF-Token"], "Sec-Fetch-Site": "none"},
    ]
    for one in wrong:
        assert (await place.browser.post("/graphql", headers=one)).status_code == 401, one


async def test_a_page_of_ours_is_known_where_browsers_name_no_origin(place: Place) -> None:
    _, headers = await person_in(place)
    fetched = {"X-CSRF-Token": headers["X-CSRF-Token"], "Sec-Fetch-Site": "same-origin"}
    assert (await place.browser.post("/graphql", headers=fetched)).json()["audience"] != "NOBODY"


async def test_a_page_token_is_good_for_its_own_session_only(place: Place) -> None:
    _, first = await person_in(place)
    _, second = await person_in(place, email="other@amber.example")
    assert first["X-CSRF-Token"] != second["X-CSRF-Token"]
    assert (await place.browser.post("/graphql", headers=first)).status_code == 401
    assert (await place.browser.post("/graphql", headers=second)).status_code == 200


async def test_signing_in_anew_ends_the_session_before(place: Place) -> None:
    _, _ = await person_in(place)
    before = place.browser.cookies["hansa"]
    await person_in(place, email="other@amber.example")
    assert await session_viewer(before, place.access) is NOBODY


async def test_signing_out_ends_the_session(place: Place) -> None:
    _, headers = await person_in(place)
    secret = place.browser.cookies["hansa"]
    assert (await place.browser.post("/bff/sign-out", headers=FROM_OURS)).status_code == 401
    answer = await place.browser.post("/bff/sign-out", headers=headers)
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await session_viewer(secret, place.access) is NOBODY


async def test_a_session_ends_with_its_time(place: Place) -> None:
    _, headers = await person_in(place)
    place.clock.advance(hours=12, seconds=1)
    assert (await place.browser.post("/graphql", headers=headers)).status_code == 401


async def test_somebody_let_in_no_more_is_out_within_five_seconds(place: Place) -> None:
    person, headers = await person_in(place)
    assert (await place.browser.post("/graphql", headers=headers)).status_code == 200
    await place.write(admitting.change, person.person_id, active=False)
    place.clock.advance(seconds=5)
    assert (await place.browser.post("/graphql", headers=headers)).status_code == 401


async def test_other_roles_hold_within_five_seconds(place: Place) -> None:
    person, headers = await person_in(place)
    await place.browser.post("/graphql", headers=headers)
    await place.write(admitting.change, person.person_id, roles=frozenset({PersonRole.COALITION_AUDITOR}))
    place.clock.advance(seconds=5)
    viewer = (await place.browser.post("/graphql", headers=headers)).json()
    assert viewer["scopes"] == sorted(SCOPES_OF_ROLE[PersonRole.COALITION_AUDITOR])


async def test_a_sign_in_is_fresh_for_five_minutes(place: Place) -> None:
    await person_in(place)
    viewer = await session_viewer(place.browser.cookies["hansa"], place.access)
    assert viewer.is_fresh(place.clock())
    assert not viewer.is_fresh(place.clock() + timedelta(minutes=5, seconds=1))


async def test_a_member_who_is_merged_or_closed_is_out_within_five_seconds(
    place: Place, owner: asyncpg.Connection
) -> None:
    member_id, _ = await a_member(place)
    headers = await signed_in(place, Subject(member_id=member_id))
    assert (await place.browser.post("/graphql", headers=headers)).status_code == 200
    await owner.execute("UPDATE member SET status = 'CLOSED'")
    place.clock.advance(seconds=5)
    assert (await place.browser.post("/graphql", headers=headers)).status_code == 401


async def test_a_member_is_found_by_the_hash_of_a_card_and_by_the_server_only(place: Place) -> None:
    member_id, _ = await a_member(place)
    lookup = Identifier.card("1234 5678").lookup(place.access.keys.lookups)
    assert await place.write(links.member_named, lookup, sight=SERVER) == member_id
    for sight in (COALITION, Sight.partner(place.kvass)):
        with pytest.raises(NotFound):
            await place.write(links.member_named, lookup, sight=sight)
    with pytest.raises(NotFound):
        await place.write(links.member_named, b"x", sight=SERVER)


async def test_all_sessions_of_a_member_can_be_ended(place: Place) -> None:
    member_id, _ = await a_member(place)
    subject = Subject(member_id=member_id)
    headers = await signed_in(place, subject)
    async with place.access.transaction() as session:
        await sessions.sign_out_everywhere(session, subject, now=place.clock())
    place.clock.advance(seconds=5)
    assert (await place.browser.post("/graphql", headers=headers)).status_code == 401


async def test_the_session_page_tells_nobody_but_its_own_browser(place: Place) -> None:
    await person_in(place)
    own = (await place.browser.get("/bff/session")).json()
    assert own["name"] == "Līga Ozola"
    assert (await place.browser.get("/bff/session", headers={"Sec-Fetch-Site": "cross-site"})).json() == {
        "audience": "NOBODY"
    }
    async with httpx.AsyncClient(transport=place.browser._transport, base_url=ISSUER) as stranger:
        for cookie in ("", "hansa=x", "hansa=" + "x" * 9000, "\x01=;;=,", "hansa"):
            answer = await stranger.get("/bff/session", headers={"Cookie": cookie})
            assert answer.json() == {"audience": "NOBODY"}


async def test_a_person_has_an_address_and_roles_of_the_right_side(place: Place) -> None:
    await a_person(place)
    with pytest.raises(Conflict):
        await a_person(place, email="LIGA@amber.example")
    wrongs: list[dict[str, Any]] = [
        {"email": "nonsense"},
        {"name": " "},
        {"roles": frozenset()},
        {"roles": frozenset({PersonRole.PARTNER_ADMIN})},
        {"partner_id": place.kvass},
    ]
    for wrong in wrongs:
        with pytest.raises(InvalidValue):
            await a_person(place, **wrong)


async def test_one_person_may_work_for_two_partners_and_neither_learns_of_it(place: Place) -> None:
    roles = frozenset({PersonRole.PARTNER_ADMIN})
    for partner_id in (place.kvass, place.tea):
        await a_person(place, partner_id=partner_id, roles=roles)
    with pytest.raises(Conflict):
        await place.write(admitting.with_email, "liga@amber.example")
    found = await place.write(admitting.with_email, " Liga@amber.example", partner_id=place.tea)
    assert found.partner_id == place.tea
    with pytest.raises(NotFound):
        await place.write(admitting.with_email, "nobody@amber.example")
    with pytest.raises(NotFound):
        await place.write(admitting.change, PersonId(new_id()), active=False)
