"""Goods come back: what they earned is taken back once, from where it is, by the policy of the sponsor's contract."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.coalition.models import ReturnPolicy
from domain.ledger.posting import Door
from domain.ledger.postings import BenefitGiven, Claim, ReturnPosting
from tests.builders.ledger import DAY, Books, sign_policy


async def owed(books: Books) -> list[tuple[int, int]]:
    """Points and repaid of each debt, oldest first."""
    rows = await books.owner.fetch(
        "SELECT d.points, d.repaid FROM debt d JOIN entry e USING (wallet_id, entry_id) ORDER BY e.version, d.n"
    )
    return [tuple(row) for row in rows]


async def test_returned_goods_leave_no_points_behind(books: Books) -> None:
    """A bug others shipped: a return left the earned points, so bought-and-returned goods made endless points."""
    who = await books.member()
    for _ in range(3):
        bought = await books.earn(who, 100)
        await books.give_back(who, bought, 100)
    assert await books.counters(who) == (0, 0, 0, 0)


async def test_a_return_posted_again_takes_nothing_more(books: Books) -> None:
    """A bug others shipped: a return took points twice."""
    who = await books.member()
    bought = await books.earn(who, 100)
    back = await books.give_back(who, bought, 30)
    assert (await books.ask(Door.RETURNS, back)).outcome == "REPLAYED"
    assert await books.counters(who) == (70, 0, 0, 0)


async def test_a_return_figured_before_another_is_stale(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 100)
    await books.give_back(who, bought, 30)
    assert (await books.ask(Door.RETURNS, books.goods(who, bought, 30))).outcome == "STALE"
    await books.give_back(who, bought, 70, before=1)
    assert await books.counters(who) == (0, 0, 0, 0)


async def test_a_return_is_its_partners_and_its_members(books: Books) -> None:
    """Found by review: a return could be posted to a wallet that had nothing to do with the purchase."""
    who, other = await books.member(), await books.member()
    bought = await books.earn(who, 100)
    await books.redeem(who, 100)
    await books.earn(other, 100)
    for posting in (
        books.goods(who, bought, 100, partner_id=books.maker.partner_id),
        books.goods(other, bought, 100),
        ReturnPosting(
            **books.head(who, refers_to=bought.entry_id),
            purchase_wallet_id=who.wallet_id,
            returns_before=0,
            claims=[Claim(lot_id=other.member_id, points=5)],
            numbers=[],
            quantities=[],
            amounts=[],
        ),
    ):
        assert (await books.ask(Door.RETURNS, posting)).outcome == "PURCHASE_NOT_FOUND"
    assert await books.counters(other) == (100, 0, 0, 0)


async def test_claims_on_one_lot_add_up_and_never_exceed_it(books: Books) -> None:
    """Found by review: two claims on one lot in one return raised instead of taking it once."""
    who = await books.member()
    bought = await books.earn(who, 100)
    lot = bought.awards[0].lot_id
    back = books.goods(who, bought)
    back.claims.extend([Claim(lot_id=lot, points=80), Claim(lot_id=lot, points=80)])
    await books.posted(Door.RETURNS, back)
    assert await books.counters(who) == (0, 0, 0, 0)


async def test_pending_points_are_taken_first_hand_by_every_policy(books: Books) -> None:
    for policy in ReturnPolicy:
        await sign_policy(books, books.shop, policy)
        who = await books.member()
        bought = await books.earn(who, 100, wait=14 * DAY)
        await books.give_back(who, bought, 60)
        assert await books.counters(who) == (0, 40, 0, 0)


@pytest.mark.parametrize(
    ("policy", "after", "later"),
    [
        (ReturnPolicy.DEBT, (0, 0, 0, 40), (10, 0, 0, 0)),
        (ReturnPolicy.WITHIN_BALANCE, (0, 0, 0, 0), (50, 0, 0, 0)),
        (ReturnPolicy.PENDING_ONLY, (60, 0, 0, 0), (110, 0, 0, 0)),
    ],
)
async def test_spent_points_by_policy(
    books: Books, policy: ReturnPolicy, after: tuple[int, ...], later: tuple[int, ...]
) -> None:
    """40 left of the returned lot and 20 of another; 60 of the returned 100 are spent."""
    await sign_policy(books, books.shop, policy)
    who = await books.member()
    bought = await books.earn(who, 100, last=30 * DAY)
    await books.redeem(who, 60)
    await books.earn(who, 20)
    await books.give_back(who, bought, 100)
    assert await books.counters(who) == after
    await books.earn(who, 50)
    assert await books.counters(who) == later


async def test_pending_only_spares_what_is_due_swept_or_not(books: Books) -> None:
    await sign_policy(books, books.shop, ReturnPolicy.PENDING_ONLY)
    for swept in (True, False):
        who = await books.member()
        bought = await books.earn(who, 100, wait=DAY)
        books.now += DAY
        if swept:
            await books.sweep()
        await books.give_back(who, bought, 100)
        assert await books.counters(who) == (100, 0, 0, 0)


async def test_within_balance_never_takes_what_debt_policy_left_nothing_of(books: Books) -> None:
    """One return, two sponsors: the maker takes what there is, then the shop's claim becomes debt."""
    await sign_policy(books, books.maker, ReturnPolicy.WITHIN_BALANCE)
    who = await books.member()
    bought = books.purchase(who, books.award(50), books.award(50, sponsor_id=books.maker.partner_id))
    await books.posted(Door.PURCHASES, bought)
    await books.redeem(who, 100)
    await books.earn(who, 30)
    await books.give_back(who, bought, 50, 50)
    assert await books.counters(who) == (0, 0, 0, 50)
    assert await owed(books) == [(30, 30), (50, 0)]


async def test_expired_points_are_never_clawed_back_swept_or_not(books: Books) -> None:
    for swept in (True, False):
        who = await books.member()
        bought = await books.earn(who, 100, last=DAY)
        await books.redeem(who, 30)
        books.now += DAY
        if swept:
            await books.sweep()
        await books.give_back(who, bought, 100)
        assert (await books.counters(who))[3] == 30
        await books.sweep()
        assert await books.counters(who) == (0, 0, 0, 30)


async def test_held_points_are_owed_and_repaid_when_the_hold_is_voided(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 100)
    held = await books.hold(who, 60)
    await books.give_back(who, bought, 100)
    assert await books.counters(who) == (0, 0, 60, 60)
    await books.end_hold(who, held, 25)
    assert await books.counters(who) == (0, 0, 0, 25)


async def test_what_comes_back_by_reversal_pays_the_debt(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 100)
    spent = await books.redeem(who, 100)
    await books.give_back(who, bought, 100)
    await books.reverse(who, spent, 40)
    assert await books.counters(who) == (0, 0, 0, 60)
    await books.reverse(who, spent)
    assert await books.counters(who) == (0, 0, 0, 0)


async def test_points_that_paid_a_debt_are_owed_again_when_their_goods_come_back(books: Books) -> None:
    """Found by review: a lot used to pay a debt counted neither as unspent nor as spent, so its return took nothing."""
    who = await books.member()
    first = await books.earn(who, 100)
    await books.redeem(who, 100)
    await books.give_back(who, first, 100)
    second = await books.earn(who, 100)
    assert await books.counters(who) == (0, 0, 0, 0)
    await books.give_back(who, second, 100)
    assert await books.counters(who) == (0, 0, 0, 100)


async def test_debts_are_repaid_oldest_first_and_before_anything_is_spent(books: Books) -> None:
    who = await books.member()
    bought = [await books.earn(who, points) for points in (30, 40)]
    await books.redeem(who, 70)
    for one, points in zip(bought, (30, 40), strict=True):
        await books.give_back(who, one, points)
    await books.earn(who, 35)
    assert await owed(books) == [(30, 30), (40, 5)]
    assert (await books.ask(Door.REDEMPTIONS, books.redemption(who, 1))).outcome == "INSUFFICIENT_POINTS"
    await books.earn(who, 100, wait=DAY)
    assert await books.counters(who) == (0, 100, 0, 35)
    books.now += DAY
    await books.redeem(who, 65)
    assert await owed(books) == [(30, 30), (40, 40)]


async def test_a_debt_names_the_contract_at_whose_price_it_was_spent(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 100)
    await books.redeem(who, 30, partner_id=books.maker.partner_id)
    await books.redeem(who, 70)
    await books.give_back(who, bought, 100)
    rows = await books.owner.fetch(
        "SELECT c.partner_id, d.points FROM debt d JOIN contract c ON c.contract_id = d.redeemer_contract_id"
    )
    assert {row["partner_id"]: row["points"] for row in rows} == {
        books.maker.partner_id: 30,
        books.shop.partner_id: 70,
    }


async def test_a_second_return_claims_only_what_is_not_owed_yet(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 100, last=DAY)
    await books.redeem(who, 50)
    books.now += DAY
    await books.sweep()
    await books.give_back(who, bought, 50)
    assert await books.counters(who) == (0, 0, 0, 50)
    await books.give_back(who, bought, 50, before=1)
    assert await books.counters(who) == (0, 0, 0, 50)


async def test_a_benefit_is_taken_back_once_and_only_with_its_own_purchase(books: Books) -> None:
    """Found by review: a return could take back a benefit of another purchase of the wallet."""
    who = await books.member()
    gifts = [BenefitGiven(kind="DISCOUNT", sponsor_id=books.maker.partner_id, amount=Decimal("1.25")) for _ in range(2)]
    bought = [books.purchase(who, books.award(10), benefits=[gift]) for gift in gifts]
    for one in bought:
        await books.posted(Door.PURCHASES, one)
    every = [gift.benefit_id for gift in gifts]
    await books.give_back(who, bought[0], 5, benefits=every)
    await books.give_back(who, bought[0], 5, before=1, benefits=every)
    states = await books.owner.fetch("SELECT benefit_id, state FROM benefit")
    assert {row["benefit_id"]: row["state"] for row in states} == {every[0]: "REVERSED", every[1]: "USED"}


async def test_a_return_after_long_rest_finds_its_lot_ended(books: Books) -> None:
    who = await books.member()
    bought = await books.earn(who, 100, inactivity_months=1)
    books.now += 31 * DAY + timedelta(seconds=1)
    await books.give_back(who, bought, 100)
    await books.sweep()
    assert await books.counters(who) == (0, 0, 0, 0)
