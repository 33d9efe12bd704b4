"""Points without a purchase: one asks, another agrees, and they are given once."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import pytest

from domain.errors import InvalidValue
from domain.ids import new_id
from domain.ledger.adjusting import RequestAdjustment, approve_adjustment, post_adjustment, request_adjustment
from domain.ledger.errors import (
    AdjustmentNotApproved,
    AdjustmentNotFound,
    AdjustmentTooLate,
    AlreadyApproved,
    SamePerson,
)
from domain.ledger.models import Adjustment
from domain.ledger.moving import merge_members
from domain.ledger.posting import Door
from domain.ledger.postings import AdjustmentPosting
from domain.members.recognition import KnownMember
from domain.values import Points
from tests.builders.coalition import writing
from tests.builders.ledger import DAY, Books

ANN, BOB = new_id(), new_id()


async def asked(books: Books, who: KnownMember, points: int = 25, **changes: object) -> Adjustment:
    """Ann asks for points."""
    command = RequestAdjustment(
        **{  # type: ignore[arg-type]
            "partner_id": books.shop.partner_id,
            "wallet_id": who.wallet_id,
            "member_id": who.member_id,
            "points": Points(points),
            "reason": "the till was down",
            "person_id": ANN,
            **changes,
        }
    )
    async with writing(books.database) as session:
        return await request_adjustment(session, command, now=books.now)


async def agreed(books: Books, adjustment_id: UUID, person: UUID = BOB) -> Adjustment:
    """Somebody agrees."""
    async with writing(books.database) as session:
        return await approve_adjustment(session, adjustment_id, person_id=person, now=books.now)


async def test_two_persons_give_points_once(books: Books) -> None:
    who = await books.member()
    wanted = await asked(books, who)
    with pytest.raises(AdjustmentNotApproved):
        await post_adjustment(books.pool, wanted, now=books.now)
    approved = await agreed(books, wanted.adjustment_id)
    first = await post_adjustment(books.pool, approved, now=books.now)
    again = await post_adjustment(books.pool, approved, now=books.now)
    assert (first.outcome, again.outcome) == ("POSTED", "REPLAYED")
    assert await books.counters(who) == (25, 0, 0, 0)


async def test_one_person_alone_gives_nothing(books: Books) -> None:
    wanted = await asked(books, await books.member())
    with pytest.raises(SamePerson):
        await agreed(books, wanted.adjustment_id, ANN)
    with pytest.raises(asyncpg.CheckViolationError):
        await books.owner.execute("UPDATE adjustment SET approved_by = requested_by, approved_at = now()")
    await agreed(books, wanted.adjustment_id)
    with pytest.raises(AlreadyApproved):
        await agreed(books, wanted.adjustment_id)
    with pytest.raises(AdjustmentNotFound):
        await agreed(books, ANN)


async def test_what_was_agreed_to_never_changes(books: Books) -> None:
    """Found by review: the points of an approved adjustment could be raised before it was posted."""
    wanted = await asked(books, await books.member())
    await agreed(books, wanted.adjustment_id)
    with pytest.raises(asyncpg.CheckViolationError, match="approved"):
        await books.owner.execute("UPDATE adjustment SET points = 1000000")


async def test_another_key_does_not_give_them_again(books: Books) -> None:
    """Found by review: the same adjustment under another key was paid twice."""
    who = await books.member()
    approved = await agreed(books, (await asked(books, who)).adjustment_id)
    await post_adjustment(books.pool, approved, now=books.now)
    sly = AdjustmentPosting(**books.head(who, "another-key", refers_to=approved.adjustment_id))
    assert (await books.ask(Door.ADJUSTMENTS, sly)).outcome == "IDEMPOTENCY_CONFLICT"
    assert await books.counters(who) == (25, 0, 0, 0)


async def test_points_that_have_ended_are_not_given(books: Books) -> None:
    who = await books.member()
    with pytest.raises(InvalidValue):
        await asked(books, who, expires_at=books.now)
    approved = await agreed(books, (await asked(books, who, expires_at=books.now + DAY)).adjustment_id)
    books.now += DAY
    with pytest.raises(AdjustmentTooLate):
        await post_adjustment(books.pool, approved, now=books.now)


async def test_an_adjustment_follows_its_member_and_nobody_else(books: Books) -> None:
    old, new, other = [await books.member() for _ in range(3)]
    approved = await agreed(books, (await asked(books, old)).adjustment_id)
    await merge_members(books.pool, old, new, now=books.now)
    with pytest.raises(AdjustmentNotApproved):
        await post_adjustment(books.pool, approved, wallet_id=other.wallet_id, now=books.now)
    await post_adjustment(books.pool, approved, wallet_id=new.wallet_id, now=books.now)
    assert await books.counters(new) == (25, 0, 0, 0)


async def test_adjustments_pay_debts_first(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 40)
    await books.redeem(who, 40)
    await books.give_back(who, bought, 40)
    approved = await agreed(books, (await asked(books, who, 60)).adjustment_id)
    await post_adjustment(books.pool, approved, now=books.now)
    assert await books.counters(who) == (20, 0, 0, 0)
