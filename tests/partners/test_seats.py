"""Several tills and somebody else side by side in one browser, each with a session of its own."""

from __future__ import annotations

from typing import Any

import pytest

from domain.ids import PartnerId, PersonId
from partners.issuer import Issuer
from partners.scopes import PersonRole
from partners.sign_in import cookies, sessions
from partners.sign_in.seats import Seat
from partners.sign_in.sessions import Subject
from partners.viewer import NOBODY, session_viewer
from tests.partners.conftest import ISSUER, Place
from tests.partners.test_sign_in import FROM_OURS, a_code, a_member, a_person

KVASS, TEA = "/till/partner-0/", "/till/partner-1/"


async def arrives(place: Place, subject: Subject, landing: str, **form: str) -> Any:
    code = await a_code(place, subject, landing=landing)
    return await place.browser.post("/sign-in", data={"code": code, **form}, headers=FROM_OURS)


async def cashier(place: Place, partner_id: PartnerId, email: str) -> Subject:
    roles = frozenset({PersonRole.PARTNER_CASHIER})
    person = await a_person(place, roles=roles, partner_id=partner_id, email=email)
    return Subject(person_id=PersonId(person.person_id))


async def seated(place: Place, slug: str | None = None) -> dict[str, Any]:
    path = "/bff/session" if slug is None else f"/bff/session?seat=till-{slug}"
    told: dict[str, Any] = (await place.browser.get(path)).json()
    return told


async def acts(place: Place, told: dict[str, Any]) -> dict[str, Any]:
    headers = {**FROM_OURS, "X-CSRF-Token": told["csrfToken"]}
    answer = await place.browser.post("/graphql", headers=headers)
    return {"status": answer.status_code, **answer.json()}


async def three_in_one_browser(place: Place) -> tuple[Subject, Subject]:
    """Two tills and a member."""
    kvass, tea = await cashier(place, place.kvass, "k@till.example"), await cashier(place, place.tea, "t@till.example")
    await arrives(place, kvass, KVASS)
    await arrives(place, tea, TEA)
    member_id, _ = await a_member(place)
    await arrives(place, Subject(member_id=member_id), "/app/")
    return kvass, tea


async def test_two_tills_and_a_member_stand_side_by_side_in_one_browser(place: Place) -> None:
    kvass, tea = await three_in_one_browser(place)
    shown = [await acts(place, await seated(place, slug)) for slug in ("partner-0", "partner-1", None)]
    assert [one["audience"] for one in shown] == ["PARTNER", "PARTNER", "MEMBER"]
    assert [one["person"] for one in shown] == [str(kvass.person_id), str(tea.person_id), "None"]
    assert [one["partner"] for one in shown] == [str(place.kvass), str(place.tea), "None"]


async def test_signing_out_of_a_till_leaves_the_others_signed_in(place: Place) -> None:
    await three_in_one_browser(place)
    kvass = await seated(place, "partner-0")
    secret = place.browser.cookies["hansa-till-partner-0"]
    headers = {**FROM_OURS, "X-CSRF-Token": kvass["csrfToken"]}
    gone = await place.browser.post("/bff/sign-out", headers=headers)
    assert gone.headers["set-cookie"].startswith("hansa-till-partner-0=;")
    assert await session_viewer(secret, place.access) is NOBODY
    assert (await seated(place, "partner-0"))["audience"] == "NOBODY"
    assert [(await seated(place, one))["audience"] for one in ("partner-1", None)] == ["PARTNER", "MEMBER"]


async def test_signing_in_at_a_till_again_ends_its_session_before_and_no_other(place: Place) -> None:
    await three_in_one_browser(place)
    before = {name: place.browser.cookies[name] for name in ("hansa-till-partner-0", "hansa-till-partner-1", "hansa")}
    await arrives(place, await cashier(place, place.kvass, "other@till.example"), KVASS)
    standing = [await session_viewer(secret, place.access) is not NOBODY for secret in before.values()]
    assert standing == [False, True, True]


async def test_nobody_takes_the_seat_of_another_partner(place: Place) -> None:
    kvass = await cashier(place, place.kvass, "k@till.example")
    member_id, _ = await a_member(place)
    for subject in (kvass, Subject(member_id=member_id), Subject(person_id=(await a_person(place)).person_id)):
        answer = await arrives(place, subject, TEA)
        assert answer.headers["location"] == "/account"
        assert "hansa-till" not in str(answer.headers.get_list("set-cookie"))
    assert (await seated(place, "partner-1"))["audience"] == "NOBODY"


@pytest.mark.parametrize(
    "seat",
    [
        "till-partner-0",
        "till-nowhere",
        "till-",
        "",
        "partner-1",
        "till-partner-1;x",
        "till-../partner-1",
        "till-PARTNER-1",
    ],
)
async def test_a_secret_moved_to_another_seat_is_nobodys_there(place: Place, seat: str) -> None:
    await arrives(place, await cashier(place, place.tea, "t@till.example"), TEA)
    secret = place.browser.cookies["hansa-till-partner-1"]
    sent = {"Cookie": f"hansa-till-partner-0={secret}; hansa-till-partner-1={secret}; hansa-till-nowhere={secret}"}
    answer = await place.browser.get("/bff/session", params={"seat": seat}, headers=sent)
    assert answer.json() == {"audience": "NOBODY"}


async def test_a_till_without_a_session_is_nobodys_whoever_else_is_signed_in(place: Place) -> None:
    person = await a_person(place, partner_id=place.kvass, roles=frozenset({PersonRole.PARTNER_CASHIER}))
    await arrives(place, Subject(person_id=PersonId(person.person_id)), "/console/")
    assert (await seated(place))["audience"] == "PARTNER"
    assert (await seated(place, "partner-0"))["audience"] == "NOBODY"


async def test_another_site_reads_no_seat(place: Place) -> None:
    await three_in_one_browser(place)
    answer = await place.browser.get("/bff/session?seat=till-partner-0", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.json() == {"audience": "NOBODY"}


async def test_a_sign_in_takes_no_session_that_somebody_put_into_the_browser(place: Place) -> None:
    planted = "planted-by-somebody-else"
    place.browser.cookies.set("hansa-till-partner-0", planted)
    answer = await arrives(place, await cashier(place, place.kvass, "k@till.example"), KVASS)
    assert f"hansa-till-partner-0={planted}" not in str(answer.headers.get_list("set-cookie"))
    assert await session_viewer(planted, place.access) is NOBODY


async def test_proving_once_more_who_one_is_at_a_till_is_for_that_till_alone(place: Place) -> None:
    kvass, tea = await three_in_one_browser(place)
    before = dict(place.browser.cookies)
    colleague = await cashier(place, place.kvass, "other@till.example")
    assert (await arrives(place, colleague, KVASS, fresh="1")).status_code == 400
    assert (await arrives(place, tea, KVASS, fresh="1")).status_code == 400
    await place.browser.post(
        "/sign-in", data={"code": await a_code(place, kvass, landing=KVASS), "fresh": "1"}, headers=FROM_OURS
    )
    assert place.browser.cookies["hansa-till-partner-0"] == before["hansa-till-partner-0"]


async def test_the_page_of_a_sign_in_at_a_till_names_nobody_who_is_signed_in_elsewhere(place: Place) -> None:
    person = await a_person(place)
    await arrives(place, Subject(person_id=PersonId(person.person_id)), "/console/")
    pages = [(await place.browser.get("/sign-in", params={"landing": one})).text for one in ("/console/", KVASS)]
    assert [person.name in page for page in pages] == [True, False]


def test_the_token_of_a_page_picks_its_session_among_many_cookies() -> None:
    issuer, key = Issuer(ISSUER), b"k" * 32
    secrets = {"hansa": "own", **{f"hansa-till-p{number:02}": f"secret-{number}" for number in range(40)}}
    sent = "; ".join(f"{name}={secret}" for name, secret in secrets.items())
    found = {
        name: cookies.session_of_page(sent, issuer, key, cookies.page_token(key, sessions.hashed(secret)))
        for name, secret in secrets.items()
    }
    assert found["hansa"] == ("hansa", "own")
    assert [name for name, pair in found.items() if pair == (name, secrets[name])] == [
        "hansa",
        *(f"hansa-till-p{n:02}" for n in range(12)),
    ]
    assert cookies.session_of_page(sent, issuer, key, "x") is None
    assert cookies.session_of_page("x" * 9000, issuer, key, "x") is None


def test_a_seat_has_a_cookie_bound_to_its_host_over_https() -> None:
    assert Seat("tea").cookie(Issuer("https://api.example.org")) == "__Host-hansa-till-tea"
    assert Seat("tea").cookie(Issuer(ISSUER)) == "hansa-till-tea"


@pytest.mark.parametrize(
    ("path", "slug"),
    [("/till/tea", "tea"), ("/till/tea/return?x=1", "tea"), ("/till/a-1/", "a-1"), ("/till/", None)]
    + [
        (path, None)
        for path in ("/till", "/till/Tea/", "/till/tea;x/", "/till/-/", "/app/till/tea/", "", "/till/" + "a" * 41)
    ],
)
def test_a_seat_follows_from_where_somebody_lands(path: str, slug: str | None) -> None:
    assert Seat.at(path) == (Seat(slug) if slug else None)
