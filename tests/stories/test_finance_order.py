"""Every step of a cycle is refused wherever it is out of order, and to whoever has another role; nothing changes."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.storage import Database
from hansa.journey.bank import Booked, Told, told
from hansa.storefront import Card
from tests.builders import figures
from tests.builders import signing as ask
from tests.builders.finance import OPERATORS_IBAN, Town, a_town, basket
from tests.builders.houses import Browser
from tests.isolation.spying import contents

LOOKS, PAUSE_SECONDS = 450, 0.2
STATES = ("OPEN", "CUT_OFF", "COMPUTED", "PROPOSED", "APPROVED", "INSTRUCTED", "SETTLED", "CLOSED")

# + is in order, = was taken last and gives the same answer again, x is out of order, n finds nothing to release.
ORDER = """
cut off   Prue  + = x x x x x x
compute   Prue  x + + x x x x x
propose   Prue  x x + = x x x x
accept    Fina  x x x + x x x x
approve   Bert  x x x + = x x x
void      Prue  x x x + + x x x
instruct  Prue  x x x x + = = =
release   Bert  n n n n n + = =
close     Prue  x x x x x x + =
"""
REFUSALS = {"x": "SETTLEMENT_OUT_OF_ORDER", "n": "NOTHING_TO_RELEASE", "=": None}
ALLOWANCES = {"bucket"}
"""What callers may still ask for; a refusal costs as much as an answer."""
STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "cut off": (ask.CUT_OFF, {}),
    "compute": (ask.COMPUTE, {}),
    "propose": (ask.PROPOSE, {}),
    "accept": (ask.ACCEPT, {}),
    "approve": (ask.APPROVE, {}),
    "void": (ask.VOID, {"reason": "a second thought"}),
    "instruct": (ask.INSTRUCT, {"plan": "THROUGH_OPERATOR"}),
    "release": (ask.RELEASE, {}),
    "close": (ask.CLOSE, {}),
}


@pytest.fixture
async def town(database: Database, database_url: str, owner: asyncpg.Connection, tmp_path: Path) -> AsyncIterator[Town]:
    """In March the shop gives 1,000 points, and 500 of them are spent at fuel."""
    async with a_town(database, database_url, owner, tmp_path, "shop", "fuel") as town:
        for slug in town.firms:
            await town.signed(slug)
        await town.campaign("shop", "A point a euro", {"ratePerUnit": {"points": "1"}})
        await town.on(2)
        await town.shop.till.enrol(card="ADA 0001")
        await town.shop.till.purchase(basket("ADA 0001", "bread", 1000))
        await town.fuel.till.redeem(Card("ADA 0001"), 500, outlet="1")
        yield town


@pytest.mark.slow
async def test_each_step_is_refused_in_every_other_state_and_to_every_other_role(town: Town) -> None:
    people = {"Prue": town.prue, "Bert": town.bert, "Fina": town.shop.finance}
    march = {name: await town.cycle("2026-03", who) for name, who in people.items()}
    for place, state in enumerate(STATES):
        assert (await town.prue.ask(ask.CYCLE, cycle=march["Prue"]))["cycle"]["state"] == state
        before = await _still(town)
        for line in ORDER.strip().splitlines():
            step, whose, *marks = line[:10].strip(), *line[10:].split()
            for name, who in people.items():
                mark = marks[place] if name == whose else "not theirs"
                if mark != "+":
                    text, given = STEPS[step]
                    said = await _code(who, text, cycle=march[name], **given)
                    assert said == REFUSALS.get(mark, "FORBIDDEN"), (state, step, name)
        assert await _still(town) == before, state
        await _moved_on(town, march, state)


async def _still(town: Town) -> dict[str, str]:
    """What all tables hold, once the server has numbered the events of what was done."""
    for _ in range(LOOKS):
        if not await town.house.owner.fetchval("SELECT count(*) FROM event WHERE number IS NULL"):
            found = await contents(town.house.database_url)
            return {name: digest for name, digest in found.items() if name not in ALLOWANCES}
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError("the server does not number its events")


async def _code(who: Browser, text: str, **given: Any) -> str | None:
    answer = await who.send(text, input=given)
    if "errors" in answer.json():
        return figures.turned_away(answer)
    (payload,) = answer.json()["data"].values()
    return next((f"{error['code']}" for error in payload["userErrors"]), None)


async def _moved_on(town: Town, march: dict[str, str], state: str) -> None:
    """The next step, by who takes it."""
    prue, bert, cycle = town.prue, town.bert, march["Prue"]
    match state:
        case "OPEN":
            await town.on(1, month=4)
            await prue.do(ask.CUT_OFF, cycle=cycle)
        case "CUT_OFF":
            await prue.do(ask.COMPUTE, cycle=cycle)
        case "COMPUTED":
            await prue.do(ask.PROPOSE, cycle=cycle, daysToAnswer=0)  # so that silence is an answer at once
        case "PROPOSED":
            await bert.do(ask.APPROVE, cycle=cycle)
        case "APPROVED":
            await prue.do(ask.INSTRUCT, cycle=cycle, plan="THROUGH_OPERATOR")
        case "INSTRUCTED":
            await bert.do(ask.RELEASE, cycle=cycle)
            await _paid(town, cycle)
        case "SETTLED":
            await prue.do(ask.CLOSE, cycle=cycle)


async def _paid(town: Town, cycle: str) -> None:
    """The shop owes (1,000 · 0.01 · 0.4 + 500 · 0.01 · 0.6) · 1.21 = 8.47, and fuel is owed 500 · 0.009 = 4.50."""
    planned = (await town.prue.ask(ask.PAYMENTS, cycle=cycle))["settlementPayments"]["nodes"]
    signed = [(Decimal(one["amount"]["amount"]) * (1 if one["payer"] else -1), one["reference"]) for one in planned]
    assert sorted(amount for amount, _ in signed) == [Decimal("-4.50"), Decimal("8.47")]
    on = date(2026, 4, 1)
    account = partial(Told, iban=OPERATORS_IBAN, currency="EUR", name="APRIL", sequence=4, opening=Decimal(0))
    booked = [Booked(amount=amount, on=on, reference=reference) for amount, reference in signed]
    content = base64.b64encode(told(account(on=on, booked=booked))).decode()
    assert (await town.prue.do(ask.IMPORT, content=content))["imported"]["matched"] == 2
