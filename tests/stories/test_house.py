"""A coalition admits a partner, whose admin looks after its people and programs; the trail tells it all."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.builders.houses import (
    AGAIN,
    CEILING,
    CHANGE,
    CHANGE_ROLES,
    CLIENTS,
    CREATE,
    INVITE,
    LET_GO,
    PEOPLE,
    REVOKE,
    ROTATE,
    TRAIL,
    VIEWER,
    Browser,
    House,
    a_key,
    jwk,
)


@pytest.mark.slow
async def test_a_house_is_built_and_looked_after_and_the_trail_tells_it_all(house: House) -> None:
    partner, admin = await house.partner("kvass")
    viewer = (await admin.ask(VIEWER))["viewer"]
    assert (viewer["partner"], viewer["client"]) == ({"slug": "kvass"}, None)
    assert (viewer["person"]["name"], viewer["person"]["roles"]) == ("Admin of kvass", ["PARTNER_ADMIN"])

    invited = await admin.do(INVITE, name="Fina", email="Fina@kvass.example", roles=["PARTNER_FINANCE"])
    assert invited["invitation"]["mailed"] is True, "a sandbox keeps its mail"
    finance = await house.signed_in(invited["invitation"]["link"])
    assert (await finance.send(INVITE, input={"name": "x", "email": "x@x.example", "roles": []})).json()["errors"]
    await admin.do(
        CHANGE_ROLES, person=invited["invitation"]["person"]["id"], roles=["PARTNER_FINANCE", "PARTNER_MARKETING"]
    )

    key, scopes = a_key(), ["purchases:read", "purchases:write", "settlement:read"]
    made = await admin.do(CREATE, name="Till", scopes=scopes, keys=[jwk(key)])
    assert (made["secret"], made["client"]["authMethod"]) == (None, "PRIVATE_KEY_JWT")
    client = made["client"]
    answer = (await house.token(client["clientId"], key)).json()
    assert answer["scope"].split() == scopes
    viewer = (await house.bearer(answer["access_token"])).json()["data"]["viewer"]
    assert (viewer["client"], viewer["partner"], viewer["person"]) == ({"name": "Till"}, {"slug": "kvass"}, None)

    lowered = await house.admin.do(CEILING, partner=partner, scopes=["purchases:read", "settlement:read", "audit:read"])
    assert lowered["scopes"] == ["purchases:read", "settlement:read"]
    assert await admin.refused(CREATE, name="Shop", scopes=["purchases:write"]) == "SCOPE_ABOVE_CEILING"
    assert await admin.refused(CHANGE, client=client["id"], scopes=["balance:read"]) == "SCOPE_ABOVE_CEILING"
    assert (await house.token(client["clientId"], key)).json()["scope"].split() == ["purchases:read", "settlement:read"]
    assert (await admin.ask(CLIENTS))["clientCeiling"] == ["purchases:read", "settlement:read"]
    await house.admin.do(CEILING, partner=partner, scopes=None)

    new = a_key()
    await admin.do(ROTATE, client=client["id"], keys=[jwk(new)])
    await house.ends(answer["access_token"])
    assert (await house.token(client["clientId"], key)).status_code == 401
    later = (await house.token(client["clientId"], new)).json()["access_token"]
    await admin.do(CHANGE, client=client["id"], name="Till 4", scopes=["purchases:read"])
    await house.ends(later)
    last = (await house.token(client["clientId"], new)).json()["access_token"]
    assert (await admin.do(REVOKE, client=client["id"]))["client"]["revokedAt"]
    await house.ends(last)
    assert await admin.refused(ROTATE, client=client["id"], keys=[jwk(key)]) == "CLIENT_REVOKED"

    await admin.do(LET_GO, person=invited["invitation"]["person"]["id"])
    assert (await finance.http.get("/bff/session")).json()["audience"] in {"NOBODY", "PARTNER"}
    await asyncio.sleep(2.1)
    assert (await finance.http.get("/bff/session")).json() == {"audience": "NOBODY"}
    await _the_trail_tells(house, admin)


async def _the_trail_tells(house: House, admin: Browser) -> None:
    own = await house.trail(admin)
    assert [(line["action"], line["actorName"], line["subjectName"]) for line in own] == [
        ("PARTNER_CHANGED", None, None),
        ("PERSON_INVITED", None, "Admin of kvass"),
        ("PERSON_INVITED", "Admin of kvass", "Fina"),
        ("ROLES_CHANGED", "Admin of kvass", "Fina"),
        ("CLIENT_CREATED", "Admin of kvass", "Till 4"),
        ("CEILING_SET", None, None),
        ("CEILING_SET", None, None),
        ("CLIENT_ROTATED", "Admin of kvass", "Till 4"),
        ("CLIENT_CHANGED", "Admin of kvass", "Till 4"),
        ("CLIENT_REVOKED", "Admin of kvass", "Till 4"),
        ("PERSON_LET_GO", "Admin of kvass", "Fina"),
    ]
    assert {line["partner"]["slug"] for line in own} == {"kvass"}
    assert {"name": "added", "values": ["PARTNER_MARKETING"]} in own[3]["facts"]
    assert {"name": "removed", "values": ["purchases:write", "settlement:read"]} in own[8]["facts"]
    said = await house.admin.send(TRAIL, first=10)
    assert said.json()["errors"][0]["extensions"]["code"] == "WRONG_AUDIENCE", "the coalition's admin is no auditor"
    invited = await house.admin.do(INVITE, name="Audra", email="audra@hansa.example", roles=["COALITION_AUDITOR"])
    auditor = await house.signed_in(invited["invitation"]["link"])
    every = await house.trail(auditor)
    assert [line for line in every if line["partner"]] == [
        line | {"actorName": "Agnes"} if line["actorPartner"] is None else line for line in own
    ]
    assert (every[0]["action"], every[0]["actor"], every[0]["subjectName"]) == (
        "PERSON_INVITED",
        "COMMAND_LINE",
        "Agnes",
    )
    assert all("@" not in json.dumps(line) for line in every)
    report = await house.verified()
    assert (report["sound"], report["lines"]) == (True, len(every))
    await house.owner.execute("ALTER TABLE trail_line DISABLE TRIGGER USER")
    await house.owner.execute("UPDATE trail_line SET action = 'ROLES_CHANGED' WHERE number = 3")
    report = await house.verified()
    assert [finding["wrong"] for finding in report["findings"]] == ["TRAIL_BROKEN"]


async def test_another_house_sees_and_touches_nothing_of_it(house: House) -> None:
    _, kvass = await house.partner("kvass")
    _, tea = await house.partner("tea")
    made = await kvass.do(CREATE, name="Till", scopes=["purchases:read"])
    assert len(made["secret"]) == 43
    assert [one["name"] for one in (await kvass.ask(CLIENTS))["clients"]["nodes"]] == ["Till"]
    assert (await tea.ask(CLIENTS))["clients"]["nodes"] == []
    assert [one["name"] for one in (await tea.ask(PEOPLE))["people"]["nodes"]] == ["Admin of tea"]
    (person,) = (await kvass.ask(PEOPLE))["people"]["nodes"]
    for text, name, theirs in (
        (REVOKE, "client", made["client"]["id"]),
        (ROTATE, "client", made["client"]["id"]),
        (LET_GO, "person", person["id"]),
        (AGAIN, "person", person["id"]),
    ):
        assert await tea.refused(text, **{name: theirs}) == "NOT_FOUND"
    assert {line["partner"]["slug"] for line in await house.trail(tea)} == {"tea"}


async def test_nobody_gives_themselves_or_others_more_than_the_house_may(house: House) -> None:
    partner, admin = await house.partner("kvass")
    (myself,) = (await admin.ask(PEOPLE))["people"]["nodes"]
    invite = {"name": "Mara", "email": "mara@kvass.example"}
    for text, code, values in (
        (CHANGE_ROLES, "OWN_ROLES", {"person": myself["id"], "roles": ["PARTNER_ADMIN", "PARTNER_FINANCE"]}),
        (LET_GO, "OWN_ROLES", {"person": myself["id"]}),
        (AGAIN, "OWN_ROLES", {"person": myself["id"]}),
        (INVITE, "INVALID_VALUE", {**invite, "roles": ["COALITION_ADMIN"]}),
        (INVITE, "INVALID_VALUE", {**invite, "roles": []}),
        (INVITE, "CONFLICT", {**invite, "roles": ["PARTNER_FINANCE"], "email": "ADMIN@kvass.example"}),
    ):
        assert await admin.refused(text, **values) == code, values
    both = ["COALITION_PREPARER", "COALITION_APPROVER"]
    assert await house.admin.refused(INVITE, **invite, roles=both) == "ROLES_CLASH"
    second = {**invite, "partner": partner}
    for roles in (["PARTNER_ADMIN"], ["PARTNER_FINANCE"]):
        assert await house.admin.refused(INVITE, **second, roles=roles) == "NOT_YOUR_HOUSE", "it has an admin already"
    other = await admin.do(INVITE, **invite, roles=["PARTNER_ADMIN"])
    mara = await house.signed_in(other["invitation"]["link"])
    await mara.do(CHANGE_ROLES, person=(await _named(mara, "Admin of kvass"))["id"], roles=["PARTNER_FINANCE"])
    assert await house.admin.refused(LET_GO, person=other["invitation"]["person"]["id"]) == "NOT_FOUND"
    await asyncio.sleep(2.1)
    assert (await admin.send(PEOPLE)).json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def _named(who: Browser, name: str) -> dict[str, Any]:
    return next(one for one in (await who.ask(PEOPLE))["people"]["nodes"] if one["name"] == name)


async def test_people_are_looked_after_by_whoever_signed_in_a_moment_ago(house: House) -> None:
    _, admin = await house.partner("kvass")
    await house.owner.execute("UPDATE browser_session SET fresh_at = fresh_at - interval '6 minutes'")
    await asyncio.sleep(2.1)
    assert await admin.refused(INVITE, name="x", email="x@x.example", roles=["PARTNER_ADMIN"]) == "SIGN_IN_TOO_OLD"
    assert (await admin.ask(PEOPLE))["people"]["nodes"]
    assert (await admin.do(CREATE, name="Till", scopes=["purchases:read"]))["secret"]


async def test_a_lost_way_in_is_replaced_and_the_old_one_ends(house: House) -> None:
    partner, admin = await house.partner("kvass")
    invited = await admin.do(INVITE, name="Fina", email="fina@kvass.example", roles=["PARTNER_FINANCE"])
    again = await admin.do(AGAIN, person=invited["invitation"]["person"]["id"])
    stranger = await house.browser()
    assert (await stranger.follow(invited["invitation"]["link"])).status_code == 400, "only the newest link counts"
    finance = await house.signed_in(again["invitation"]["link"])
    assert (await stranger.follow(again["invitation"]["link"])).status_code == 400, "a link counts once"
    await admin.do(AGAIN, person=invited["invitation"]["person"]["id"])
    await asyncio.sleep(2.1)
    assert (await finance.http.get("/bff/session")).json() == {"audience": "NOBODY"}
    (theirs,) = [
        one for one in (await house.admin.ask(PEOPLE, partner=partner))["people"]["nodes"] if "ADMIN" in one["roles"][0]
    ]
    fresh = await house.admin.do(AGAIN, person=theirs["id"])
    assert (await (await house.signed_in(fresh["invitation"]["link"])).ask(VIEWER))["viewer"]["partner"]


async def test_somebody_let_go_comes_back_by_an_invitation_alone(house: House) -> None:
    _, admin = await house.partner("kvass")
    who = {"name": "Fina", "email": "fina@kvass.example", "roles": ["PARTNER_FINANCE"]}
    first = await admin.do(INVITE, **who)
    await admin.do(LET_GO, person=first["invitation"]["person"]["id"])
    assert (await (await house.browser()).follow(first["invitation"]["link"])).status_code == 400
    back = await admin.do(INVITE, **who)
    assert back["invitation"]["person"]["id"] == first["invitation"]["person"]["id"]
    fina = await house.signed_in(back["invitation"]["link"])
    assert (await fina.ask(VIEWER))["viewer"]["person"]["name"] == "Fina"


async def test_of_four_invitations_at_once_to_one_address_one_is_given(house: House) -> None:
    _, admin = await house.partner("kvass")
    who = {"name": "Fina", "email": "fina@kvass.example", "roles": ["PARTNER_FINANCE"]}
    said = await asyncio.gather(*(admin.ask(INVITE, input=who) for _ in range(4)))
    codes = [error["code"] for one in said for error in one["personInvite"]["userErrors"]]
    assert codes == ["CONFLICT"] * 3
    assert len((await admin.ask(PEOPLE))["people"]["nodes"]) == 2


async def test_of_two_admins_who_let_each_other_go_at_once_one_stays(house: House) -> None:
    _, first = await house.partner("kvass")
    invited = await first.do(INVITE, name="Mara", email="mara@kvass.example", roles=["PARTNER_ADMIN"])
    second = await house.signed_in(invited["invitation"]["link"])
    mara, myself = await _named(first, "Mara"), await _named(second, "Admin of kvass")
    said = await asyncio.gather(
        first.ask(LET_GO, input={"person": mara["id"]}), second.ask(LET_GO, input={"person": myself["id"]})
    )
    codes = [error["code"] for one in said for error in one["personLetGo"]["userErrors"]]
    assert codes == ["LAST_ADMIN"]
    assert await house.owner.fetchval("SELECT count(*) FROM person WHERE active AND partner_id IS NOT NULL") == 1
