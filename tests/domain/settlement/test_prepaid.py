"""Packs are paid before their points are awarded: ordered, paid by two persons, drawn, and credited at the close."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.coalition.models import Billing
from domain.errors import IdempotencyConflict, InvalidValue
from domain.ids import PartnerId, PersonId
from domain.settlement import computing
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import adjustments_in
from domain.settlement.errors import NotOnPacks, PackNotFound, PackSettled, SecondPersonNeeded
from domain.settlement.prepaid import packs as prepaid
from domain.settlement.prepaid.advances import PaidPack, advance, value_of
from domain.settlement.prepaid.models import PackState, PrepaidPack
from domain.settlement.queries import statement
from domain.settlement.references import is_reference
from domain.storage import Database, Sight
from tests.domain.settlement.trading import ANNA, BERT, Trading, a_coalition

ON_PACKS = {
    "price": Decimal("0.01"),
    "price_redeem": Decimal("0.0085"),
    "tax_supply": Decimal("0.21"),
    "billing": Billing.PREPAID,
    "pack_points": 1000,
    "pack_alert": 200,
    "pack_limit": True,
}
"""A pack of 1,000 points costs 10.00, with tax 12.10."""


@pytest.fixture
async def coalition(database: Database) -> Trading:
    """P is on packs; R honours points."""
    return await a_coalition(database, P=ON_PACKS, R={"price": "0.01", "price_redeem": "0.0085"})


async def ordered(coalition: Trading, packs: int = 1, key: str = "order-001", who: str = "P") -> PrepaidPack:
    """An order of the partner."""
    command = prepaid.OrderPacks(partner_id=coalition.partner_ids[who], packs=packs, idempotency_key=key)
    return await coalition.do(prepaid.order, command, by=None, now=coalition.now)


async def paid(coalition: Trading, packs: int = 1, key: str = "order-001") -> PrepaidPack:
    """An order that two persons say is paid."""
    pack = await ordered(coalition, packs, key)
    await noted(coalition, pack)
    return await coalition.do(prepaid.confirm_payment, pack.pack_id, by=BERT, now=coalition.now)


async def noted(coalition: Trading, pack: PrepaidPack, by: PersonId = ANNA) -> PrepaidPack:
    """One person saw the money."""
    how: dict[str, Any] = {"amount": pack.gross, "bank_note": "Statement 7", "by": by, "now": coalition.now}
    return await coalition.do(prepaid.note_payment, pack.pack_id, **how)


async def test_a_pack_costs_its_points_with_tax_at_the_price_of_the_order(coalition: Trading) -> None:
    pack = await ordered(coalition, 3)
    assert (pack.points, pack.price, pack.net, pack.tax, pack.gross) == (
        3000,
        Decimal("0.01"),
        Decimal("30.00"),
        Decimal("6.30"),
        Decimal("36.30"),
    )
    assert is_reference(pack.reference)


async def test_an_order_asked_again_is_the_same_and_another_needs_another_key(coalition: Trading) -> None:
    assert (await ordered(coalition)).pack_id == (await ordered(coalition)).pack_id
    with pytest.raises(IdempotencyConflict):
        await ordered(coalition, 2)
    assert [(await ordered(coalition, key=f"order-00{n}")).number for n in (2, 3)] == [2, 3]


async def test_only_whose_contract_says_so_orders_packs(coalition: Trading) -> None:
    with pytest.raises(NotOnPacks):
        await ordered(coalition, who="R")
    with pytest.raises(InvalidValue, match="packs"):
        await ordered(coalition, 0)


async def test_two_persons_say_that_a_pack_is_paid(coalition: Trading, owner: asyncpg.Connection) -> None:
    pack = await ordered(coalition)
    with pytest.raises(PackSettled, match="not noted"):
        await coalition.do(prepaid.confirm_payment, pack.pack_id, by=BERT, now=coalition.now)
    how: dict[str, Any] = {"amount": Decimal("12.00"), "bank_note": "Statement 7", "by": ANNA, "now": coalition.now}
    with pytest.raises(InvalidValue, match=r"12\.10"):
        await coalition.do(prepaid.note_payment, pack.pack_id, **how)
    assert (await noted(coalition, pack)).state is PackState.NOTED
    with pytest.raises(SecondPersonNeeded):
        await coalition.do(prepaid.confirm_payment, pack.pack_id, by=ANNA, now=coalition.now)
    with pytest.raises(asyncpg.CheckViolationError, match="second_person"):
        await owner.execute(
            "UPDATE prepaid_pack SET paid_by = noted_by, paid_at = now(), cycle_id = (SELECT open_cycle())"
        )
    for _ in range(2):
        confirmed = await coalition.do(prepaid.confirm_payment, pack.pack_id, by=BERT, now=coalition.now)
        assert confirmed.state is PackState.PAID
    assert await owner.fetchval("SELECT sum(left_amount) FROM allowance_slice") == 1000
    with pytest.raises(PackSettled, match="paid"):
        await coalition.do(prepaid.cancel, pack.pack_id, by=ANNA, now=coalition.now)


async def test_the_bank_pays_a_pack_once(coalition: Trading, owner: asyncpg.Connection) -> None:
    pack = await ordered(coalition)
    found = await coalition.do(prepaid.pack_by_reference, pack.reference)
    assert found is not None
    for _ in range(2):
        how: dict[str, Any] = {"entry_id": UUID(int=5), "amount": Decimal("12.10"), "now": coalition.now}
        assert (await coalition.do(prepaid.paid_by_bank, found.pack_id, **how)).state is PackState.PAID
    assert await owner.fetchval("SELECT sum(left_amount) FROM allowance_slice") == 1000


async def test_a_cancelled_order_is_not_paid(coalition: Trading) -> None:
    pack = await ordered(coalition)
    await coalition.do(prepaid.cancel, pack.pack_id, by=None, now=coalition.now)
    with pytest.raises(PackSettled, match="cancelled"):
        await noted(coalition, pack)


async def test_what_was_paid_before_is_credited_at_the_close(coalition: Trading) -> None:
    """1,000 points paid with 12.10; 300 awarded: charged 3.63, of which all was paid before."""
    await paid(coalition)
    member = await coalition.join()
    await coalition.earn(member, "P", {"P": 300})
    closed = await coalition.close(coalition.cycle)
    view = await coalition.do(statement, closed.cycle_id, coalition.partner_ids["P"])
    assert (view.balance.net, view.balance.closing) == (Decimal("0.00"), Decimal("0.00"))
    moved = (await coalition.do(prepaid.advances, closed))[coalition.partner_ids["P"]]
    assert (moved.opening, moved.paid, moved.drawn, moved.closing) == (
        Decimal(0),
        Decimal("12.10"),
        Decimal("3.63"),
        Decimal("8.47"),
    )
    assert (moved.closing_points, moved.drawn_points) == (700, 300)


async def test_a_cycle_computed_again_credits_the_same_once(coalition: Trading) -> None:
    await paid(coalition)
    await coalition.earn(await coalition.join(), "P", {"P": 300})
    closed = await coalition.close(coalition.cycle)
    again = await coalition.do(computing.compute, closed.cycle_id, now=coalition.now)
    assert again.digest == closed.digest
    rows = await coalition.do(adjustments_in, closed.cycle_id)
    assert [(row.reason, row.amount) for row in rows] == [(AdjustmentReason.PREPAID, Decimal("3.63"))]


async def test_advances_tie_from_cycle_to_cycle_and_come_to_what_was_paid(coalition: Trading) -> None:
    """Three cycles use a pack up; goods come back in the second, and their points return to the pack."""
    await paid(coalition)
    member = await coalition.join()
    opening, drawn = Decimal(0), Decimal(0)
    lot = None
    for number, points in enumerate((333, 333, 500)):
        if lot is not None:
            await coalition.give_back(member, "P", lot, 166)
            lot = None
        made = await coalition.earn(member, "P", {"P": points})
        lot = made if number == 0 else None
        closing = coalition.cycle
        cycle = await coalition.close(closing)
        moved = (await coalition.do(prepaid.advances, cycle))[coalition.partner_ids["P"]]
        assert moved.opening == opening
        opening, drawn = moved.closing, drawn + moved.drawn
        await coalition.approve(cycle)
    assert (moved.closing_points, moved.closing, drawn) == (0, Decimal("0.00"), Decimal("12.10"))


async def test_a_partner_sees_its_own_packs_alone(coalition: Trading) -> None:
    pack = await ordered(coalition)
    async with coalition.session(Sight.partner(coalition.partner_ids["R"])) as session:
        assert await prepaid.packs(session) == []
        with pytest.raises(PackNotFound):
            await prepaid.cancel(session, pack.pack_id, by=None, now=coalition.now)
    async with coalition.session(Sight.partner(coalition.partner_ids["P"])) as session:
        assert [one.pack_id for one in await prepaid.packs(session, PartnerId(pack.partner_id))] == [pack.pack_id]


PACKS = st.lists(
    st.builds(
        lambda points, cents: PaidPack(points=points, gross=Decimal(cents) / 100),
        st.integers(1, 10_000),
        st.integers(0, 100_000),
    ),
    min_size=1,
    max_size=5,
)


@given(packs=PACKS, steps=st.lists(st.integers(0, 50_000), max_size=8))
def test_the_differences_come_to_exactly_what_was_paid(packs: list[PaidPack], steps: list[int]) -> None:
    whole = sum(pack.points for pack in packs)
    stops = [0, *(min(step, whole) for step in steps), whole]
    moved = [advance(packs, [], before, after, 2) for before, after in pairwise(stops)]
    assert sum((one.drawn for one in moved), Decimal(0)) == sum((pack.gross for pack in packs), Decimal(0))
    assert all(one.closing == other.opening for one, other in pairwise(moved))
    assert moved[-1].closing == 0


@given(packs=PACKS, drawn=st.integers(0, 50_000))
def test_more_points_are_never_worth_less(packs: list[PaidPack], drawn: int) -> None:
    whole = sum(pack.points for pack in packs)
    some = min(drawn, whole)
    assert Decimal(0) <= value_of(packs, some, 2) <= value_of(packs, whole, 2)
