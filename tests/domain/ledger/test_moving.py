"""Two members turn out to be one: everything goes over once, whatever breaks in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ledger.errors import Busy, HoldOpen
from domain.ledger.moving import finish_moves, merge_members
from domain.ledger.posting import Door
from domain.members.errors import SameMember
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember, MemberRef, recognise
from tests.builders.ledger import DAY, KEYS, Books

LEAVE = "SELECT * FROM post_move_out($1, $2, $3, $4, $5)"


async def leave(books: Books, source: KnownMember, target: KnownMember) -> None:
    """The first half of a merge, after which the machine stopped."""
    ids = (source.wallet_id, target.wallet_id, source.member_id, target.member_id)
    row = await books.pool.fetchrow(LEAVE, *ids, books.now)
    assert row is not None
    assert row["outcome"] == "POSTED"


async def test_lots_pending_points_and_debt_go_over(books: Books) -> None:
    old, new = await books.member(), await books.member()
    bought = await books.earn(old, 50)
    await books.redeem(old, 50)
    await books.earn(old, 100, wait=5 * DAY, last=40 * DAY)
    await books.give_back(old, bought, 50)
    await books.earn(new, 20)
    merged = await merge_members(books.pool, old, new, now=books.now)
    assert merged.wallet_id == new.wallet_id
    assert await books.counters(old) == (0, 0, 0, 0)
    assert await books.counters(new) == (0, 100, 0, 30)
    books.now += 5 * DAY
    await books.sweep()
    assert await books.counters(new) == (70, 0, 0, 0)


async def test_moved_lots_keep_their_end_their_sponsor_and_their_order(books: Books) -> None:
    old, new = await books.member(), await books.member()
    for points in (1, 2, 3, 4, 5, 6, 7, 8):
        await books.earn(old, points, sponsor_id=books.maker.partner_id)
        books.now += timedelta(minutes=1)
    await books.earn(old, 9, last=10 * DAY)
    await merge_members(books.pool, old, new, now=books.now)
    await books.redeem(new, 9 + 1 + 2 + 1)
    assert [left for left in await books.lots(new) if left] == [2, 4, 5, 6, 7, 8]


async def test_a_merge_asked_for_twice_happens_once(books: Books) -> None:
    old, new = await books.member(), await books.member()
    await books.earn(old, 100)
    first = await merge_members(books.pool, old, new, now=books.now)
    again = await merge_members(books.pool, old, new, now=books.now)
    assert again == first
    assert await books.counters(new) == (100, 0, 0, 0)


@pytest.mark.parametrize("by_itself", [True, False])
async def test_a_merge_cut_off_halfway_is_finished(books: Books, *, by_itself: bool) -> None:
    card = Identifier.card("4444 5555")
    old, new = await books.member(card), await books.member()
    bought = await books.earn(old, 100)
    await leave(books, old, new)
    assert await books.counters(new) == (0, 0, 0, 0)
    assert (await books.ask(Door.PURCHASES, books.purchase(old, books.award(5)))).outcome == "WALLET_MOVED"
    on_its_way = books.goods(new, bought, 100)
    assert (await books.ask(Door.RETURNS, on_its_way)).outcome == "WALLET_MOVED"
    if by_itself:
        assert await finish_moves(books.pool, now=books.now) == 1
    else:
        await merge_members(books.pool, old, new, now=books.now)
    assert await finish_moves(books.pool, now=books.now) == 0
    (found,) = await recognise(
        books.pool, [MemberRef(identifier=card)], books.shop.partner_id, key=KEYS.lookup, now=books.now
    )
    assert found is not None
    assert found.wallet_id == new.wallet_id
    await books.posted(Door.RETURNS, on_its_way)
    assert await books.counters(new) == (0, 0, 0, 0)


async def test_an_open_hold_refuses_the_merge_and_a_lapsed_one_does_not(books: Books) -> None:
    old, new = await books.member(), await books.member()
    await books.earn(old, 100)
    await books.hold(old, 10)
    with pytest.raises(HoldOpen):
        await merge_members(books.pool, old, new, now=books.now)
    books.now += DAY
    await merge_members(books.pool, old, new, now=books.now)
    assert await books.counters(new) == (100, 0, 0, 0)


async def test_nobody_is_merged_with_itself_or_into_what_is_merged(books: Books) -> None:
    """Found by review: a wallet could be merged into itself, or into one that had been merged away."""
    one, two, three = [await books.member() for _ in range(3)]
    await books.earn(one, 10)
    with pytest.raises(SameMember):
        await merge_members(books.pool, one, one, now=books.now)
    row = await books.pool.fetchrow(LEAVE, one.wallet_id, one.wallet_id, one.member_id, two.member_id, books.now)
    assert row is not None
    assert row["outcome"] == "SAME_MEMBER"
    await merge_members(books.pool, two, three, now=books.now)
    with pytest.raises(Busy):
        await merge_members(books.pool, one, two, now=books.now)
    assert await books.counters(one) == (10, 0, 0, 0)


async def test_points_on_their_way_to_a_wallet_that_moves_on_arrive_there(books: Books) -> None:
    """Found by review: they arrived in the wallet that had been emptied, and stayed there."""
    one, two, three = [await books.member() for _ in range(3)]
    await books.earn(one, 10)
    await leave(books, one, two)
    await merge_members(books.pool, two, three, now=books.now)
    await finish_moves(books.pool, now=books.now)
    assert [await books.counters(who) for who in (two, three)] == [(0, 0, 0, 0), (10, 0, 0, 0)]


async def test_debt_goes_along_through_a_chain_of_merges(books: Books) -> None:
    """Found by review: a debt that had come by one merge was left behind by the next."""
    one, two, three = [await books.member() for _ in range(3)]
    bought = await books.earn(one, 50)
    await books.redeem(one, 50)
    await books.give_back(one, bought, 50)
    await merge_members(books.pool, one, two, now=books.now)
    await merge_members(books.pool, two, three, now=books.now)
    assert [await books.counters(who) for who in (two, three)] == [(0, 0, 0, 0), (0, 0, 0, 50)]
    await books.earn(three, 80)
    assert await books.counters(three) == (30, 0, 0, 0)


async def test_members_are_found_through_a_chain_of_merges(books: Books) -> None:
    """Found by review: a partner's own id for a member was lost with the second merge."""
    one, two, three = [await books.member() for _ in range(3)]
    await merge_members(books.pool, one, two, now=books.now)
    await merge_members(books.pool, two, three, now=books.now)
    refs = [MemberRef(pairwise_id=who.pairwise_id) for who in (one, two, three)]
    found = await recognise(books.pool, refs, books.shop.partner_id, key=KEYS.lookup, now=books.now)
    assert [who and who.member_id for who in found] == [three.member_id] * 3


async def test_a_return_follows_its_points_through_merges(books: Books) -> None:
    one, two, three = [await books.member() for _ in range(3)]
    bought = await books.earn(one, 100)
    await books.redeem(one, 10)
    await merge_members(books.pool, one, two, now=books.now)
    await books.redeem(two, 20)
    await merge_members(books.pool, two, three, now=books.now)
    await books.give_back(three, bought, 85)
    assert await books.counters(three) == (0, 0, 0, 15)
    await books.give_back(three, bought, 15, before=1)
    assert await books.counters(three) == (0, 0, 0, 30)


async def test_a_debt_made_after_a_merge_counts_against_later_claims(books: Books) -> None:
    """Found by review: what a return had made debt in the new wallet was not seen by the next return."""
    old, new = await books.member(), await books.member()
    bought = await books.earn(old, 100, last=DAY)
    await books.redeem(old, 50)
    books.now += DAY
    await merge_members(books.pool, old, new, now=books.now)
    await books.give_back(new, bought, 50)
    await books.give_back(new, bought, 50, before=1)
    assert await books.counters(new) == (0, 0, 0, 50)


async def test_a_redemption_made_before_a_merge_can_still_be_reversed(books: Books) -> None:
    """Found by review: it could not; and what comes back goes where the member is, to be found by returns."""
    old, new = await books.member(), await books.member()
    bought = await books.earn(old, 100)
    spent = await books.redeem(old, 60)
    await merge_members(books.pool, old, new, now=books.now)
    await books.reverse(old, spent, 20)
    assert await finish_moves(books.pool, now=books.now) == 1
    await books.reverse(old, spent)
    await finish_moves(books.pool, now=books.now)
    assert [await books.counters(who) for who in (old, new)] == [(0, 0, 0, 0), (100, 0, 0, 0)]
    await books.give_back(new, bought, 90)
    assert await books.counters(new) == (10, 0, 0, 0)


async def test_points_that_ended_are_not_revived_by_a_merge(books: Books) -> None:
    """Found by review: a lot idle past its term lived again in a busy wallet, and one alive ended in an idle one."""
    idle, busy = await books.member(), await books.member()
    await books.earn(idle, 10, inactivity_months=1)
    books.now += 40 * DAY
    await books.earn(busy, 20, inactivity_months=1)
    await merge_members(books.pool, idle, busy, now=books.now)
    assert await books.counters(busy) == (20, 0, 0, 0)
    third = await books.member()
    books.now += 20 * DAY
    await merge_members(books.pool, busy, third, now=books.now)
    books.now += 20 * DAY
    await books.sweep()
    assert await books.counters(third) == (20, 0, 0, 0)


async def test_a_request_repeated_after_a_merge_gets_its_first_answer(books: Books) -> None:
    old, new = await books.member(), await books.member()
    bought = await books.earn(old, 100)
    await merge_members(books.pool, old, new, now=books.now)
    again = await books.ask(Door.PURCHASES, replace(bought, wallet_id=new.wallet_id))
    assert (again.outcome, again.wallet_id, again.entry_id) == ("REPLAYED", old.wallet_id, bought.entry_id)
