"""Who leaves prepaid packs gets back what is left of them: two persons, the open cycle, and nothing lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.coalition import leaving
from domain.coalition.exit_words import Remainder
from domain.coalition.leaving import GiveNotice
from domain.settlement import refunding
from domain.settlement.adjustments import adjustments_in
from domain.settlement.errors import AdvanceKept, SecondPersonNeeded
from domain.settlement.exact import ZERO
from domain.settlement.exits import exiting
from domain.settlement.models import Cycle
from domain.settlement.parties import partner
from domain.settlement.prepaid import packs as prepaid
from domain.settlement.queries import party_statement
from domain.storage import Database
from tests.domain.settlement.test_exits import finish
from tests.domain.settlement.test_prepaid import ON_PACKS, paid
from tests.domain.settlement.trading import ANNA, BERT, Trading, a_coalition

POSTPAID = {"price": Decimal("0.01"), "price_redeem": Decimal("0.0085"), "tax_supply": Decimal("0.21")}


@pytest.fixture
async def coalition(database: Database) -> Trading:
    """P paid 12.10 for 1,000 points and awarded 300 of them."""
    terms = ON_PACKS | {"notice_days": 0, "tail_days": 0}
    coalition = await a_coalition(database, P=terms, R={"price": "0.01", "price_redeem": "0.0085"})
    await paid(coalition)
    await coalition.earn(await coalition.join(), "P", {"P": 300})
    return coalition


async def ask(coalition: Trading) -> None:
    """Anna asks."""
    whose = coalition.partner_ids["P"]
    await coalition.do(refunding.ask, whose, note="It leaves packs", by=ANNA, now=coalition.now)


async def agree(coalition: Trading) -> int:
    """Bert agrees; how many points."""
    whose = coalition.partner_ids["P"]
    done = await coalition.do(refunding.agree, whose, by=BERT, now=coalition.now)
    assert done.points is not None
    return done.points


async def advance(coalition: Trading, cycle: Cycle) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """P's, over a cycle."""
    moved = (await coalition.do(prepaid.advances, cycle))[coalition.partner_ids["P"]]
    return moved.opening, moved.paid, moved.drawn, moved.closing


async def test_who_awards_from_packs_keeps_them_and_who_leaves_gets_back_what_is_left(coalition: Trading) -> None:
    with pytest.raises(AdvanceKept, match="awards from them"):
        await ask(coalition)
    coalition.now += timedelta(days=1)
    await coalition.agree("P", POSTPAID, valid_from=coalition.now)
    with pytest.raises(AdvanceKept, match="nobody has asked"):
        await agree(coalition)
    for _ in range(2):
        await ask(coalition)
    with pytest.raises(SecondPersonNeeded):
        await coalition.do(refunding.agree, coalition.partner_ids["P"], by=ANNA, now=coalition.now)
    for _ in range(2):
        assert await agree(coalition) == 700
    with pytest.raises(AdvanceKept, match="nothing is left"):
        await ask(coalition)
    first = coalition.cycle
    cycle = await coalition.close(first)
    assert await advance(coalition, cycle) == (ZERO, Decimal("12.10"), Decimal("12.10"), ZERO)
    (row,) = await coalition.do(adjustments_in, cycle.cycle_id)
    assert (row.reason, row.creditor_id, row.amount) == ("PREPAID", coalition.partner_ids["P"], Decimal("12.10"))
    found = await coalition.do(party_statement, cycle.cycle_id, partner(coalition.partner_ids["P"]))
    assert found.balance.net == Decimal("12.10") - Decimal("3.63"), "300 points at 0.0121, and the rest comes back"


async def test_a_later_cycle_gives_back_what_an_earlier_one_left(coalition: Trading) -> None:
    first = await coalition.close(coalition.cycle)
    assert await advance(coalition, first) == (ZERO, Decimal("12.10"), Decimal("3.63"), Decimal("8.47"))
    await coalition.approve(first)
    await coalition.agree("P", POSTPAID, valid_from=coalition.now)
    await ask(coalition)
    assert await agree(coalition) == 700
    second = await coalition.close(coalition.cycle)
    assert await advance(coalition, second) == (Decimal("8.47"), ZERO, Decimal("8.47"), ZERO)


async def test_of_two_who_agree_at_once_with_a_till_that_awards_nothing_is_lost(
    coalition: Trading, owner: asyncpg.Connection
) -> None:
    await coalition.agree("P", POSTPAID, valid_from=coalition.now + timedelta(hours=1))
    coalition.now += timedelta(hours=1)
    await ask(coalition)
    member = await coalition.join()
    done = await asyncio.gather(
        agree(coalition), agree(coalition), coalition.earn(member, "P", {"P": 50}), return_exceptions=True
    )
    assert not [one for one in done if isinstance(one, Exception)], done
    put_in = await owner.fetchval("SELECT sum(amount) FROM allowance_change")
    drawn = await owner.fetchval("SELECT sum(points) FROM allowance_draw")
    left = await owner.fetchval("SELECT sum(left_amount) FROM allowance_slice")
    assert (put_in - drawn, left) == (0, 0)
    assert await owner.fetchval("SELECT count(*) FROM prepaid_refund") == 1


async def test_a_partner_is_not_closed_while_points_of_its_packs_are_left(coalition: Trading) -> None:
    whose = coalition.partner_ids["P"]
    notice = GiveNotice(partner_id=whose, exit_at=coalition.now + timedelta(days=1), reason="It moves.")
    await coalition.do(leaving.give_notice, notice, by=ANNA, now=coalition.now)
    coalition.now += timedelta(days=2)
    await coalition.do(leaving.sweep, now=coalition.now)
    for person in (ANNA, BERT):
        await coalition.do(leaving.choose_remainder, whose, Remainder.TAKE_OVER, by=person, now=coalition.now)
    first = await coalition.close(coalition.cycle)
    await coalition.do(exiting.settle, whose, by=BERT, now=coalition.now)
    await finish(coalition, first)
    stands = [one.says for one in (await coalition.do(exiting.view, whose, now=coalition.now)).steps[-1].blockers]
    assert stands == ["700 points of prepaid packs are left; what they cost has to be given back"]
    await ask(coalition)
    await agree(coalition)
    stands = [one.says for one in (await coalition.do(exiting.view, whose, now=coalition.now)).steps[-1].blockers]
    assert [says for says in stands if "OPEN" in says] == stands != []
    await finish(coalition, await coalition.close(coalition.cycle))
    await coalition.do(exiting.close, whose, by=BERT, now=coalition.now)
