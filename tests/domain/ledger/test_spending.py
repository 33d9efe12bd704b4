"""Points are spent, set aside, given back and taken back; never twice, never more than there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import InvalidValue
from domain.ledger.errors import InsufficientPoints
from domain.ledger.posting import Door, refusal
from domain.ledger.sweeping import Swept
from tests.builders.ledger import DAY, Books

MAKERS = "SELECT sponsor_id, sum(points)::int AS points FROM transfer WHERE kind = 'REDEEM' GROUP BY 1"


async def test_points_cannot_be_spent_twice(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    await books.redeem(who, 100)
    spent = books.redemption(who, 1)
    verdict = await books.ask(Door.REDEMPTIONS, spent)
    assert isinstance(refusal(verdict, spent), InsufficientPoints)
    assert await books.counters(who) == (0, 0, 0, 0)


@pytest.mark.parametrize("points", [0, -5])
async def test_nothing_and_less_cannot_be_spent_or_taken_back(books: Books, points: int) -> None:
    """Found by review: a redemption of no points was posted, and left an empty entry."""
    who = await books.member()
    await books.earn(who, 100)
    spent = await books.redeem(who, 10)
    held = await books.hold(who, 10)
    for door, posting in (
        (Door.REDEMPTIONS, books.redemption(who, points)),
        (Door.REVERSALS, books.reversal(who, spent, points)),
        (Door.CAPTURES, books.capture(who, held, points or -1)),
    ):
        verdict = await books.ask(door, posting)
        assert isinstance(refusal(verdict, posting), InvalidValue)


async def test_provenance_follows_points_to_the_sponsor_that_funded_them(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 30, last=9 * DAY, sponsor_id=books.maker.partner_id)
    await books.earn(who, 70, last=10 * DAY)
    await books.redeem(who, 50)
    drawn = {row["sponsor_id"]: row["points"] for row in await books.owner.fetch(MAKERS)}
    assert drawn == {books.maker.partner_id: 30, books.shop.partner_id: 20}


async def test_a_hold_sets_points_aside_and_a_capture_spends_them(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    held = await books.hold(who, 60)
    assert await books.counters(who) == (40, 0, 60, 0)
    assert (await books.ask(Door.REDEMPTIONS, books.redemption(who, 41))).outcome == "INSUFFICIENT_POINTS"
    await books.end_hold(who, held, 60)
    assert await books.counters(who) == (40, 0, 0, 0)
    assert await books.lots(who) == [40]


async def test_a_capture_in_part_gives_the_rest_back_into_its_lots(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 10, last=5 * DAY)
    await books.earn(who, 20, last=6 * DAY)
    await books.earn(who, 30)
    held = await books.hold(who, 45)
    captured = await books.end_hold(who, held, 12)
    assert await books.counters(who) == (48, 0, 0, 0)
    assert await books.lots(who) == [0, 18, 30]
    assert (await books.ask(Door.CAPTURES, captured)).outcome == "REPLAYED"


async def test_a_hold_ends_once(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    held = await books.hold(who, 60)
    await books.end_hold(who, held, 0)
    assert await books.counters(who) == (100, 0, 0, 0)
    for points in (0, 60):
        assert (await books.ask(Door.CAPTURES, books.capture(who, held, points))).outcome == "HOLD_NOT_OPEN"


async def test_no_more_is_captured_than_was_held_and_only_by_its_partner(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    held = await books.hold(who, 60)
    too_much = await books.ask(Door.CAPTURES, books.capture(who, held, 61))
    assert (too_much.outcome, too_much.spendable) == ("CAPTURE_EXCEEDS_HOLD", 60)
    others = books.capture(who, held, 60, partner_id=books.maker.partner_id)
    assert (await books.ask(Door.CAPTURES, others)).outcome == "HOLD_NOT_FOUND"
    other = await books.member()
    assert (await books.ask(Door.CAPTURES, books.capture(other, held, 60))).outcome == "HOLD_NOT_FOUND"


async def test_a_hold_lapses_at_its_time_and_cannot_be_captured_from_then_on(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100, last=DAY)
    held = await books.hold(who, 60, hold_for=timedelta(days=2))
    books.now += 2 * DAY
    assert (await books.ask(Door.CAPTURES, books.capture(who, held, 60))).outcome == "HOLD_NOT_OPEN"
    assert await books.counters(who) == (40, 0, 60, 0)
    assert await books.sweep() == Swept(released=0, lapsed=1, expired=1)
    assert await books.counters(who) == (0, 0, 0, 0)


async def test_several_holds_of_a_wallet_lapse_in_one_sweep(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    for _ in range(3):
        await books.hold(who, 10)
    books.now += DAY
    assert (await books.sweep()).lapsed == 3
    assert await books.counters(who) == (100, 0, 0, 0)


async def test_held_points_can_be_captured_after_their_lot_has_expired(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100, last=DAY)
    held = await books.hold(who, 60, hold_for=3 * DAY)
    books.now += 2 * DAY
    await books.sweep()
    assert await books.counters(who) == (0, 0, 60, 0)
    await books.end_hold(who, held, 50)
    await books.sweep()
    assert await books.counters(who) == (0, 0, 0, 0)


async def test_a_reversal_gives_points_back_into_the_very_lots_they_came_from(books: Books) -> None:
    who = await books.member()
    for points, last in ((10, 5 * DAY), (20, 6 * DAY), (30, None)):
        await books.earn(who, points, last=last)
    spent = await books.redeem(who, 45)
    assert await books.lots(who) == [0, 0, 15]
    await books.reverse(who, spent, 20)
    assert await books.lots(who) == [0, 5, 30]
    await books.reverse(who, spent)
    assert await books.lots(who) == [10, 20, 30]


async def test_no_more_comes_back_than_was_spent(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100)
    spent = await books.redeem(who, 50)
    await books.reverse(who, spent, 30)
    verdict = await books.ask(Door.REVERSALS, books.reversal(who, spent, 21))
    assert (verdict.outcome, verdict.spendable) == ("REVERSAL_EXCEEDS_REDEMPTION", 20)
    back = await books.reverse(who, spent)
    assert (await books.ask(Door.REVERSALS, back)).outcome == "REPLAYED"
    for points in (None, 1):
        verdict = await books.ask(Door.REVERSALS, books.reversal(who, spent, points))
        assert (verdict.outcome, verdict.spendable) == ("REVERSAL_EXCEEDS_REDEMPTION", 0)
    others = books.reversal(who, spent, partner_id=books.maker.partner_id)
    assert (await books.ask(Door.REVERSALS, others)).outcome == "REDEMPTION_NOT_FOUND"


async def test_a_captured_hold_is_reversed_like_any_redemption(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 10, last=5 * DAY)
    await books.earn(who, 90)
    captured = await books.end_hold(who, await books.hold(who, 60), 50)
    await books.reverse(who, captured, 45)
    assert await books.lots(who) == [5, 90]
    await books.reverse(who, captured)
    assert await books.counters(who) == (100, 0, 0, 0)


async def test_a_reversal_keeps_newer_movements(books: Books) -> None:
    """A bug others shipped: a rollback restored an old total over newer movements."""
    who = await books.member()
    await books.earn(who, 100)
    spent = await books.redeem(who, 60)
    await books.earn(who, 7)
    await books.redeem(who, 40)
    await books.reverse(who, spent)
    assert await books.counters(who) == (67, 0, 0, 0)


async def test_an_expired_lot_comes_back_for_the_days_of_grace(books: Books) -> None:
    who = await books.member()
    await books.earn(who, 100, last=DAY)
    spent = await books.redeem(who, 60)
    books.now += 2 * DAY
    await books.sweep()
    await books.reverse(who, spent)
    assert await books.counters(who) == (60, 0, 0, 0)
    books.now += 30 * DAY - timedelta(seconds=1)
    await books.redeem(who, 10)
    books.now += timedelta(seconds=1)
    assert (await books.ask(Door.REDEMPTIONS, books.redemption(who, 1))).outcome == "INSUFFICIENT_POINTS"
    await books.sweep()
    assert await books.counters(who) == (0, 0, 0, 0)


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize("months", [None, 1])
async def test_grace_is_for_what_comes_back_and_revives_nothing_else(
    books: Books, *, swept: bool, months: int | None
) -> None:
    """Found by review: a reversal into an expired lot that no sweep had seen revived what was left in it."""
    who = await books.member()
    await books.earn(who, 100, last=None if months else 31 * DAY, inactivity_months=months)
    spent = await books.redeem(who, 60)
    books.now += 40 * DAY
    if swept:
        await books.sweep()
    await books.reverse(who, spent)
    assert await books.counters(who) == (60, 0, 0, 0)
    await books.redeem(who, 60)


async def test_the_same_request_through_another_wallets_door_is_no_replay(books: Books) -> None:
    one, other = await books.member(), await books.member()
    await books.earn(one, 10)
    await books.earn(other, 10)
    spent = await books.redeem(one, 10)
    again = replace(spent, wallet_id=other.wallet_id, entry_id=other.member_id)
    verdict = await books.ask(Door.REDEMPTIONS, again)
    assert (verdict.outcome, verdict.wallet_id) == ("REPLAYED", one.wallet_id)
    assert await books.counters(other) == (10, 0, 0, 0)
