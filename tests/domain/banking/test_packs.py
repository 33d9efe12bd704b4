"""Packs are paid through the bank: the whole amount opens them at once, any other goes to two persons."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest
from sqlmodel import select

from domain.banking import booking, packs, queries
from domain.banking.errors import MatchImpossible
from domain.banking.states import EntryOutcome
from domain.coalition.models import LegalEntity
from domain.ledger.allowance_models import AllowanceKind
from domain.ledger.allowances import allowances
from domain.settlement.errors import SecondPersonNeeded
from domain.settlement.exact import ZERO
from domain.settlement.prepaid import packs as prepaid
from domain.settlement.prepaid.models import PackState, PrepaidPack
from domain.storage import Database
from tests.domain.banking.paying import AT_ISSUANCE, BERT, Paying
from tests.domain.banking.test_matching import of
from tests.domain.settlement.test_prepaid import ON_PACKS, noted, ordered
from tests.domain.settlement.trading import ANNA, a_coalition

PRICE = "12.10"
"""A pack of 1,000 points with its tax."""


@pytest.fixture
async def paying(database: Database) -> Paying:
    """The bank's desk of a coalition in which P and Q pay before they award."""
    trading = await a_coalition(database, P=ON_PACKS, Q=ON_PACKS, R=AT_ISSUANCE)
    async with trading.session() as session:
        companies = await session.scalars(select(LegalEntity))
        ibans = {"": next(row.iban or "" for row in companies if row.partner_id is None)}
    return Paying(trading, trading.cycle, ibans)


async def seen(paying: Paying, pack: PrepaidPack) -> PrepaidPack:
    """The pack as it is now."""
    found: PrepaidPack = await paying.do(prepaid.pack_by_id, pack.pack_id)
    return found


async def left(paying: Paying, who: str = "P") -> int:
    """Points that a partner may still award from packs."""
    rows = await paying.do(allowances, paying.trading.partner_ids[who])
    return sum(row.left for row in rows if row.allowance.kind == AllowanceKind.PREPAID)


async def test_an_entry_that_pays_a_pack_opens_it_in_the_same_transaction(paying: Paying) -> None:
    pack = await ordered(paying.trading)
    done = await paying.booked(of(PRICE, pack.reference.lower()))
    assert done.tally.outcomes == {EntryOutcome.MATCHED: 1}
    (entry,) = await paying.entries()
    assert (entry.matched, entry.left) == (Decimal(PRICE), ZERO)
    pack = await seen(paying, pack)
    assert (pack.state, pack.bank_entry_id, pack.paid_by) == (PackState.PAID, entry.entry_id, None)
    assert await left(paying) == 1000
    assert (await paying.do(booking.match_waiting, now=paying.now)).outcomes == {}
    with pytest.raises(MatchImpossible, match="prepaid pack"):
        await paying.do(booking.unmatch, entry.entry_id, by=BERT, now=paying.now)


async def test_one_transfer_pays_several_packs_where_it_is_their_sum(paying: Paying) -> None:
    first, second = await ordered(paying.trading), await ordered(paying.trading, 2, "order-002")
    both = f"{first.reference} {second.reference}"
    await paying.booked(of("36.29", both), of("36.30", both))
    assert [entry.outcome for entry in await paying.entries()] == [EntryOutcome.AMBIGUOUS, EntryOutcome.MATCHED]
    assert await left(paying) == 3000


@pytest.mark.parametrize("amount", ["12.09", "12.11", "-12.10"])
async def test_another_amount_goes_to_a_person_with_the_pack_as_candidate(paying: Paying, amount: str) -> None:
    pack = await ordered(paying.trading)
    await paying.booked(of(amount, pack.reference))
    (entry,) = await paying.entries()
    assert (entry.outcome, entry.matched) == (EntryOutcome.AMBIGUOUS, ZERO)
    assert [guess["pack_ids"] for guess in entry.candidates] == [[str(pack.pack_id)]]
    assert (await seen(paying, pack)).state is PackState.ORDERED
    assert await left(paying) == 0


async def test_a_pack_is_paid_once_even_within_one_statement(paying: Paying) -> None:
    pack = await ordered(paying.trading)
    await paying.booked(of(PRICE, pack.reference), of(PRICE, pack.reference))
    await paying.booked(of(PRICE, pack.reference))
    outcomes = [entry.outcome for entry in await paying.entries()]
    assert outcomes == [EntryOutcome.MATCHED, EntryOutcome.AMBIGUOUS, EntryOutcome.AMBIGUOUS]
    assert await left(paying) == 1000


async def test_money_for_a_cancelled_pack_waits_for_a_person(paying: Paying) -> None:
    pack = await ordered(paying.trading)
    await paying.do(prepaid.cancel, pack.pack_id, by=ANNA, now=paying.now)
    await paying.booked(of(PRICE, pack.reference))
    (entry,) = await paying.entries()
    assert (entry.outcome, entry.note) == (EntryOutcome.AMBIGUOUS, "pack 1 waits for no payment any more")


async def test_two_persons_name_the_entries_that_paid_a_pack_in_parts(paying: Paying) -> None:
    pack = await ordered(paying.trading)
    await paying.booked(of("2.10", pack.reference), of("10.50", pack.reference), of("1.00", pack.reference))
    how = {"amount": pack.gross, "bank_note": "S-1/1, S-1/2", "by": ANNA, "now": paying.now}
    await paying.do(prepaid.note_payment, pack.pack_id, **how)
    with pytest.raises(SecondPersonNeeded):
        await paying.do(packs.confirm_payment, pack.pack_id, by=ANNA, now=paying.now)
    for _ in range(2):
        await paying.do(packs.confirm_payment, pack.pack_id, by=BERT, now=paying.now)
    assert await left(paying) == 1000
    used = [(entry.outcome, entry.matched, entry.left) for entry in await paying.entries()]
    assert used == [
        (EntryOutcome.MATCHED, Decimal("2.10"), 0),
        (EntryOutcome.AMBIGUOUS, Decimal("10.00"), Decimal("0.50")),
        (EntryOutcome.AMBIGUOUS, 0, Decimal("1.00")),
    ]
    books = await paying.do(queries.books)
    assert (books.money_in, books.matched, books.waiting) == (Decimal("13.60"), Decimal("12.10"), Decimal("1.50"))


async def test_the_bank_and_two_persons_at_once_open_a_pack_once(paying: Paying, owner: asyncpg.Connection) -> None:
    pack = await ordered(paying.trading)
    await noted(paying.trading, pack)
    paying.trading.now += timedelta(minutes=1)
    done = await asyncio.gather(
        paying.booked(of(PRICE, pack.reference)),
        paying.do(packs.confirm_payment, pack.pack_id, by=BERT, now=paying.now),
        return_exceptions=True,
    )
    assert len([one for one in done if isinstance(one, Exception)]) <= 1, done
    assert await left(paying) == 1000
    assert await owner.fetchval("SELECT count(*) FROM allowance_change WHERE reason = 'PACK'") == 1
