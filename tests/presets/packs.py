"""Codes in packs, in the stories of makers: printed by the maker, entered at tills, on pages and at home."""

from __future__ import annotations

import csv
from typing import Any

import httpx

from hansa.storefront import new_key
from tests.builders.signing import step
from tests.presets.town import Customer, Town
from tests.presets.trade import do, named, refused

BATCHES = "{ codeBatches(first: 100) { nodes { id name } } }"
CHECK = step("myCodeCheck", "MyCodeInput", "code { product { name } survey { survey } }")
ENTRIES = "query ($batch: ID!) { codeEntries(batch: $batch, first: 100) { nodes { serial member { id } } } }"
PRINT = step("codeBatchPrint", "CodeBatchPrintInput", "print { address }")
PUT_LIVE = step("codeBatchPutLive", "CodeBatchInput", "batch { state }")
VOID = step("codeBatchVoid", "CodeBatchVoidInput", "voided")
_ENTRY = "entry { points given } replayed"
ENTER = step("codeEnter", "CodeEnterInput", _ENTRY)
MY_ENTER = step("myCodeEnter", "MyCodeEnterInput", _ENTRY)
MY_ANSWER = step("mySurveyAnswer", "MySurveyAnswerInput", "response { complete points }")


async def printed(town: Town, maker: str, batch: str) -> list[str]:
    """The codes of a batch, printed and on their way to shops."""
    front = town.fronts[maker]
    batch_id = await named(front, BATCHES, batch)
    address = (await do(front, PRINT, batch=batch_id))["print"]["address"]
    rows = list(csv.DictReader((await _file(town, maker, address)).splitlines()))
    await do(front, PUT_LIVE, batch=batch_id)
    return [row["code"] for row in rows]


async def voided(town: Town, maker: str, batch: str, why: str) -> int:
    """A batch is void; of how many codes."""
    front = town.fronts[maker]
    done = await do(front, VOID, batch=await named(front, BATCHES, batch), reason=why)
    return int(done["voided"])


async def enters(
    customer: Customer,
    code: str,
    *,
    at: str = "",
    channel: str | None = None,
    answers: list[dict[str, Any]] | None = None,
    earns: int,
    wins: tuple[str, ...] = (),
    again: bool = False,
) -> None:
    """A code is entered: at home, at a till, or in a shop's page where a channel is named."""
    said = _said(customer, code, at, channel, answers)
    done = await (do(customer.town.tills[at], ENTER, **said) if at else customer.home.do(MY_ENTER, **said))
    got = (int(done["entry"]["points"]), tuple(done["entry"]["given"]), done["replayed"])
    assert got == (earns, wins, again), f"{customer.name} enters {code}: {got}"


async def cannot_enter(customer: Customer, code: str, *, at: str = "") -> str:
    """The code by which a code is refused."""
    said = _said(customer, code, at, None, None)
    if at:
        return await refused(customer.town.tills[at], ENTER, **said)
    return await customer.home.refused(MY_ENTER, **said)


async def answers_first(customer: Customer, code: str, answers: list[dict[str, Any]]) -> int:
    """What a code waits for is answered at home; how many points that earned."""
    survey = (await customer.home.do(CHECK, code=code))["code"]["survey"]["survey"]
    done = await customer.home.do(MY_ANSWER, survey=survey, answers=answers, idempotencyKey=new_key())
    assert done["response"]["complete"]
    return int(done["response"]["points"])


async def known_by(town: Town, maker: str, batch: str) -> dict[int, bool]:
    """By serial, whether the maker is told who entered a code."""
    front = town.fronts[maker]
    found = await front.ask(ENTRIES, {"batch": await named(front, BATCHES, batch)})
    return {one["serial"]: one["member"] is not None for one in found["codeEntries"]["nodes"]}


def _said(
    customer: Customer, code: str, at: str, channel: str | None, answers: list[dict[str, Any]] | None
) -> dict[str, Any]:
    said: dict[str, Any] = {"code": code, "channel": channel}
    said |= {} if answers is None else {"answers": answers}
    if at:
        said["member"] = customer.card.input()
    if at and channel is None:
        said["outletCode"] = next(iter(customer.town.loaded.outlets[at]))
    return {name: one for name, one in said.items() if one is not None}


async def _file(town: Town, whose: str, address: str) -> str:
    """A file of a partner's, fetched by its client."""
    client = next(one for one in town.loaded.clients if one.whose == town.loaded.slugs[whose])
    async with httpx.AsyncClient(base_url=town.url) as http:
        asked = {"grant_type": "client_credentials", "scope": "codes:manage"}
        token = (await http.post("/oauth/token", data=asked, auth=(client.client_id, client.secret or ""))).json()
        answer = await http.get(address, headers={"Authorization": f"Bearer {token['access_token']}"})
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.text
