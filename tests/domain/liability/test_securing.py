"""The reserve's account and what follows from the cover."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from domain.coalition.models import Billing
from domain.errors import IdempotencyConflict, InvalidValue
from domain.ids import PersonId
from domain.liability import cash, evaluating, movements, reading, securing
from domain.liability.errors import MovementNotFound, ReleaseNeedsSecondPerson, ReserveNeeded, ReserveTooSmall
from domain.liability.models import MovementKind, ReserveMovement, Standing
from domain.liability.movements import RecordMovement
from domain.settlement import finishing, policy
from domain.settlement.models import Cycle
from domain.settlement.prepaid import packs as prepaid
from domain.storage import Database
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition

PAID_AT_ISSUANCE = {"price": "0.01", "price_redeem": "0.0085"}
PAID_WHEN_SPENT = PAID_AT_ISSUANCE | {"share_at_issuance": "0"}


def moved(
    kind: MovementKind, amount: str, *, key: str = "a key", by: PersonId = ANNA, **more: object
) -> RecordMovement:
    values = {"value_on": date(2026, 11, 1), "note": "tests"} | more
    return RecordMovement(kind=kind, amount=Decimal(amount), idempotency_key=key, by=by, **values)  # type: ignore[arg-type]


async def deposit(trading: Trading, amount: str, **more: object) -> ReserveMovement:
    command = moved(MovementKind.DEPOSIT, amount, key=f"deposit of {amount}", **more)  # type: ignore[arg-type]
    return await trading.do(movements.record, command, now=trading.now)


async def release(trading: Trading, amount: str, *, key: str) -> ReserveMovement:
    return await trading.do(movements.record, moved(MovementKind.RELEASE, amount, key=key), now=trading.now)


async def approve(trading: Trading, movement: ReserveMovement, by: PersonId = BERT) -> ReserveMovement:
    return await trading.do(movements.approve, movement.movement_id, by=by, now=trading.now)


async def cash_of(trading: Trading) -> Decimal:
    return (await trading.do(evaluating.position, as_of=trading.now)).cover.cash


@pytest.fixture
async def trading(database: Database) -> Trading:
    """1,000 points of P are out, at 0.0085 a point: 8.50 are needed, and every award needs more."""
    trading = await a_coalition(database, P=PAID_AT_ISSUANCE, Q=PAID_WHEN_SPENT, R=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 1000})
    await trading.do(policy.change, {"refuse_unsecured": True}, by=None, now=trading.now)
    return trading


async def test_unsecured_issuance_stops_below_the_minimum_and_goes_on_after_a_deposit(trading: Trading) -> None:
    member = await trading.join()
    secured = await trading.do(securing.secure, now=trading.now)
    assert secured.stopped
    assert secured.found.cover.standing is Standing.SHORT
    assert secured.found.cover.lacking == Decimal("8.50")
    await trading.earn(member, "P", {"P": 100, "Q": 10})
    book = await trading.do(reading.point_book, as_of=trading.now)
    assert sum(flow.issued for flow in book.flows) == 1010, "who pays when points are spent goes on"
    await deposit(trading, "8.49")
    assert (await trading.do(securing.secure, now=trading.now)).stopped
    await deposit(trading, "0.01")
    assert not (await trading.do(securing.secure, now=trading.now)).stopped
    await trading.earn(member, "P", {"P": 100})
    book = await trading.do(reading.point_book, as_of=trading.now)
    assert sum(flow.issued for flow in book.flows) == 1110


@pytest.mark.parametrize(
    ("terms", "issued"),
    [
        ({"price": "0.02", "share_at_issuance": "0.575"}, 1010),
        ({"price": "0.02", "share_at_issuance": "0.576"}, 1000),
        ({"price": "0.02", "share_at_issuance": "0.5", "bands": ((10**6, "0.0169"),)}, 1000),
        ({"price": "0.02", "share_at_issuance": "0.5", "bands": ((10**6, "0.0170"),)}, 1010),
    ],
)
async def test_a_hybrid_sponsor_goes_on_where_its_share_at_redemption_covers_the_dearest_redeemer(
    trading: Trading, terms: dict[str, Any], issued: int
) -> None:
    """R gets 0.0085 a point, as do P and Q."""
    await trading.agree("Q", terms, valid_from=trading.now)
    assert (await trading.do(securing.secure, now=trading.now)).stopped
    await trading.earn(await trading.join(), "P", {"P": 100, "Q": 10})
    book = await trading.do(reading.point_book, as_of=trading.now)
    assert sum(flow.issued for flow in book.flows) == issued


async def test_nothing_stops_where_the_settings_do_not_ask_for_it(trading: Trading) -> None:
    await trading.do(policy.change, {"refuse_unsecured": False}, by=None, now=trading.now)
    secured = await trading.do(securing.secure, now=trading.now)
    assert secured.found.cover.standing is Standing.SHORT
    assert not secured.stopped
    assert secured.finding is None


async def test_a_release_takes_a_second_person_and_counts_only_then(
    trading: Trading, owner: asyncpg.Connection
) -> None:
    await deposit(trading, "20")
    asked = await release(trading, "5", key="release")
    assert await cash_of(trading) == 20
    with pytest.raises(ReleaseNeedsSecondPerson):
        await approve(trading, asked, by=ANNA)
    with pytest.raises(asyncpg.CheckViolationError, match="two_persons_release"):
        await owner.execute(
            "UPDATE reserve_movement SET approved_by = recorded_by, booked_at = now() WHERE kind = 'RELEASE'"
        )
    agreed = await approve(trading, asked)
    assert agreed == await approve(trading, asked)
    assert await cash_of(trading) == 15


async def test_nothing_is_released_that_is_not_there_or_is_needed(trading: Trading) -> None:
    await deposit(trading, "20")
    with pytest.raises(ReserveTooSmall):
        await release(trading, "20.01", key="more than there is")
    with pytest.raises(ReserveNeeded) as refused:
        await release(trading, "11.51", key="what is needed")
    assert refused.value.free == Decimal("11.50")
    asked = [await release(trading, amount, key=f"release of {amount}") for amount in ("11.50", "11.49")]
    await approve(trading, asked[0])
    with pytest.raises(ReserveTooSmall):
        await approve(trading, asked[1])


async def test_two_releases_approved_at_once_do_not_take_the_same_money(trading: Trading) -> None:
    await deposit(trading, "20")
    asked = [await release(trading, "8", key=f"release {number}") for number in range(2)]
    done = await asyncio.gather(*(approve(trading, one) for one in asked), return_exceptions=True)
    assert [type(one) for one in done if isinstance(one, BaseException)] == [ReserveNeeded]
    assert await cash_of(trading) == 12


async def test_a_movement_recorded_again_is_booked_once(trading: Trading) -> None:
    first = await deposit(trading, "20")
    assert (await deposit(trading, "20")).movement_id == first.movement_id
    assert await cash_of(trading) == 20
    with pytest.raises(IdempotencyConflict):
        await deposit(trading, "20", note="another note")


async def test_money_counts_from_its_value_date_on(trading: Trading) -> None:
    await deposit(trading, "20", value_on=date(2026, 11, 5))
    assert await cash_of(trading) == 0
    trading.now += timedelta(days=4)
    assert await cash_of(trading) == 20


async def test_a_deposit_needs_no_second_person_and_is_not_to_be_released(trading: Trading) -> None:
    with pytest.raises(MovementNotFound):
        await approve(trading, await deposit(trading, "20"))


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1000000000000"])
def test_an_amount_is_above_nought_and_finite(amount: str) -> None:
    with pytest.raises(InvalidValue):
        moved(MovementKind.DEPOSIT, amount)


async def test_an_amount_has_no_more_decimals_than_the_currency(trading: Trading) -> None:
    with pytest.raises(InvalidValue, match="more decimals"):
        await deposit(trading, "0.001")


async def test_what_was_booked_never_changes(trading: Trading, owner: asyncpg.Connection) -> None:
    await deposit(trading, "20")
    for statement in ("UPDATE reserve_movement SET booked_at = now()", "DELETE FROM reserve_movement"):
        with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
            await owner.execute(statement)


async def settled(trading: Trading) -> Cycle:
    """The open cycle, closed and paid."""
    cycle = await trading.approve(await trading.close(trading.cycle))
    await trading.do(finishing.instruct, cycle.cycle_id, by=ANNA, now=trading.now)
    return await trading.do(finishing.settle, cycle.cycle_id, now=trading.now)


async def test_money_of_a_cycle_counts_once_it_has_arrived_and_fees_and_taxes_never(database: Database) -> None:
    terms = PAID_AT_ISSUANCE | {"fee_fixed": "0.50", "tax_supply": "0.2"}
    trading = await a_coalition(database, P=terms, R=PAID_AT_ISSUANCE | {"tax_credit": "0.2"})
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1000})
    await trading.redeem(member, "R", 400)
    assert await cash_of(trading) == 0
    before = trading.now
    await settled(trading)
    found = await trading.do(cash.operators_account, as_of=trading.now)
    assert found.for_points == Decimal("6.60")  # 10.00 paid in, 3.40 reimbursed
    assert (found.fees, found.ties) == (Decimal("0.50"), True)
    assert await cash_of(trading) == Decimal("6.60")
    assert (await trading.do(cash.operators_account, as_of=before)).for_points == 0


async def test_what_is_carried_forward_does_not_count_until_it_is_paid(database: Database) -> None:
    trading = await a_coalition(database, P=PAID_AT_ISSUANCE)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 300})
    closed = await trading.approve(await trading.close(trading.cycle, de_minimis=Decimal(5)))
    await trading.do(finishing.instruct, closed.cycle_id, by=ANNA, now=trading.now)
    await trading.do(finishing.settle, closed.cycle_id, now=trading.now)
    assert await cash_of(trading) == 0
    await trading.earn(member, "P", {"P": 300})
    await settled(trading)
    found = await trading.do(cash.operators_account, as_of=trading.now)
    assert found.ties
    assert found.for_points == Decimal("6.00")


async def test_points_of_packs_were_paid_with_the_pack(database: Database) -> None:
    on_packs = PAID_AT_ISSUANCE | {"tax_supply": "0.21", "billing": Billing.PREPAID, "pack_points": 1000}
    trading = await a_coalition(database, P=on_packs, R=PAID_AT_ISSUANCE)
    order = prepaid.OrderPacks(partner_id=trading.partner_ids["P"], packs=1, idempotency_key="order-001")
    pack = await trading.do(prepaid.order, order, by=None, now=trading.now)
    await trading.do(
        prepaid.note_payment, pack.pack_id, amount=pack.gross, bank_note="Statement 7", by=ANNA, now=trading.now
    )
    await trading.do(prepaid.confirm_payment, pack.pack_id, by=BERT, now=trading.now)
    await trading.earn(await trading.join(), "P", {"P": 300})
    await settled(trading)
    found = await trading.do(cash.operators_account, as_of=trading.now)
    assert (found.for_points, found.tax, found.packs, found.paid) == (
        Decimal("3.00"),
        Decimal("0.63"),
        Decimal("3.63"),
        Decimal("0.00"),
    )
    assert found.ties


async def test_each_day_is_kept_once_and_missed_days_are_made_up_for(trading: Trading) -> None:
    trading.now += timedelta(days=1)
    assert await trading.do(evaluating.days_due, now=trading.now) == [date(2026, 11, 2)]
    taken = await trading.do(evaluating.take_day, date(2026, 11, 2), now=trading.now)
    assert taken is not None
    assert taken.outstanding == 1000
    again = await trading.do(evaluating.take_day, date(2026, 11, 2), now=trading.now)
    assert again is not None
    assert again.finding_id == taken.finding_id
    assert await trading.do(evaluating.days_due, now=trading.now) == []
    later = trading.now + timedelta(days=3)
    assert [day.day for day in await trading.do(evaluating.days_due, now=later)] == [3, 4, 5]
    far = trading.now + timedelta(days=400)
    assert len(await trading.do(evaluating.days_due, now=far)) == evaluating.MOST_DAYS
