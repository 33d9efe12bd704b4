"""A redemption that names a reward takes all that belongs to it with the points, and gives all of it back with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.ids import new_id
from domain.ledger.moving import merge_members
from domain.ledger.posting import Door
from domain.ledger.postings import BenefitGiven, TallyMove
from domain.rewards.terms import Fulfilment
from domain.storage import Database
from tests.builders.ledger import DAY, Books, a_ledger
from tests.domain.rewards.taking import a_reward, kept, left, redeemed, redeeming, refused, taking

BENEFITS = "SELECT state FROM benefit ORDER BY benefit_id"
TICKETS = "SELECT count(*) FROM token WHERE taken_back_entry IS NULL"


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A coalition of a shop and a maker; sound when the test is over."""
    async with a_ledger(database, database_url) as books:
        yield books
        await books.prove()


def counting(key: str, counted: int, version: int = 0) -> TallyMove:
    return TallyMove(key=key, version=version, counted=counted, rewarded=0, since=None, recent=[])


async def counted(books: Books, key: str) -> int | None:
    found: int | None = await books.owner.fetchval("SELECT counted::int FROM tally WHERE key = $1", key)
    return found


async def test_a_redemption_takes_points_and_a_piece_together(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books, stock=10)
    await books.earn(who, 100)
    taken = await redeemed(books, who, mug)
    row = await kept(books, taken)
    assert (await books.counters(who))[0] == 50
    assert (await left(books, mug), row.state, row.pieces_left, row.points) == (9, "DONE", 1, 50)


async def test_what_is_not_there_any_more_is_refused_and_leaves_the_points(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books, stock=2)
    await books.earn(who, 200)
    assert await refused(books, Door.REDEMPTIONS, redeeming(books, who, mug, pieces=3)) == ("OUT_OF_STOCK", 2)
    await redeemed(books, who, mug, pieces=2)
    assert await refused(books, Door.REDEMPTIONS, redeeming(books, who, mug)) == ("OUT_OF_STOCK", 0)
    assert (await books.counters(who))[0] == 100
    assert await left(books, mug) == 0


async def test_a_reward_without_stock_is_never_out_of_it_and_one_that_was_never_stocked_is(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books)
    await books.earn(who, 200)
    await redeemed(books, who, mug, pieces=3)
    astray = redeeming(books, who, mug, taken=taking(mug, from_stock=True))
    assert await refused(books, Door.REDEMPTIONS, astray) == ("OUT_OF_STOCK", 0)


async def test_too_few_points_take_no_piece(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books, stock=5)
    await books.earn(who, 49)
    assert await refused(books, Door.REDEMPTIONS, redeeming(books, who, mug)) == ("INSUFFICIENT_POINTS", 49)
    assert await left(books, mug) == 5


async def test_the_same_request_again_takes_nothing_more(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books, stock=5)
    await books.earn(who, 200)
    taken = await redeemed(books, who, mug)
    again = replace(taken, entry_id=new_id())
    assert (await books.ask(Door.REDEMPTIONS, again)).outcome == "REPLAYED"
    assert await left(books, mug) == 4


async def test_a_reward_for_no_points_is_an_entry_of_its_own(books: Books) -> None:
    who, treat = await books.member(), await a_reward(books, points=0, stock=3)
    taken = await redeemed(books, who, treat)
    assert await left(books, treat) == 2
    assert (await books.kinds(who)) == ["REDEMPTION"]
    in_part = books.reversal(who, taken, 1)
    assert await refused(books, Door.REVERSALS, in_part) == ("REVERSAL_EXCEEDS_REDEMPTION", None)
    await books.reverse(who, taken)
    assert await left(books, treat) == 3
    assert await refused(books, Door.REVERSALS, books.reversal(who, taken)) == ("REVERSAL_EXCEEDS_REDEMPTION", None)
    held = redeeming(books, who, treat, hold_for=timedelta(hours=1))
    assert (await refused(books, Door.REDEMPTIONS, held))[0] == "INVALID_VALUE"


@pytest.mark.parametrize("end", ["void", "lapse", "reverse"])
async def test_all_that_was_taken_comes_back_with_the_points(books: Books, end: str) -> None:
    who, mug = await books.member(), await a_reward(books, stock=5, fulfilment=Fulfilment.COLLECTED)
    await books.earn(who, 100)
    key = f"R:{mug.reward_id}/pieces/{who.member_id.hex}/"
    paid = BenefitGiven(kind="DISCOUNT", sponsor_id=books.maker.partner_id, amount=Decimal("2.50"))
    named = taking(mug, tallies=[counting(key, 1)], benefits=[paid], tickets=[new_id(), new_id()])
    held = {} if end == "reverse" else {"hold_for": timedelta(hours=1)}
    taken = await redeemed(books, who, mug, taken=named, **held)
    assert (await kept(books, taken)).state == ("TO_DO" if end == "reverse" else "HELD")
    assert (await left(books, mug), await counted(books, key)) == (4, 1)
    assert await books.owner.fetchval(TICKETS) == (2 if end == "reverse" else 0)
    if end == "void":
        await books.end_hold(who, taken, 0)
    elif end == "lapse":
        books.now += 2 * timedelta(hours=1)
        await books.sweep()
    else:
        await books.reverse(who, taken)
    row = await kept(books, taken)
    assert (row.state, row.pieces_left) == ("CANCELLED", 0)
    assert (await left(books, mug), await counted(books, key), (await books.counters(who))[0]) == (5, 0, 100)
    assert await books.owner.fetchval(TICKETS) == 0
    assert [one["state"] for one in await books.owner.fetch(BENEFITS)] == (["REVERSED"] if end == "reverse" else [])


async def test_what_a_reward_gives_is_given_when_its_points_are_spent(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books, fulfilment=Fulfilment.SENT)
    await books.earn(who, 100)
    paid = BenefitGiven(kind="DISCOUNT", sponsor_id=books.maker.partner_id, amount=Decimal("2.50"))
    named = taking(mug, benefits=[paid], tickets=[new_id()])
    taken = await redeemed(books, who, mug, taken=named, hold_for=timedelta(hours=1))
    assert await books.owner.fetch(BENEFITS) == []
    captured = await books.end_hold(who, taken, 50)
    assert (await kept(books, taken)).state == "TO_DO"
    assert [one["state"] for one in await books.owner.fetch(BENEFITS)] == ["USED"]
    await books.reverse(who, captured)
    assert (await kept(books, taken)).state == "CANCELLED"
    assert [one["state"] for one in await books.owner.fetch(BENEFITS)] == ["REVERSED"]


async def test_pieces_are_captured_and_taken_back_whole(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books, stock=10)
    await books.earn(who, 250)
    taken = await redeemed(books, who, mug, pieces=5, hold_for=timedelta(hours=1))
    assert await left(books, mug) == 5
    assert await refused(books, Door.CAPTURES, books.capture(who, taken, 120)) == ("REWARD_INDIVISIBLE", 50)
    captured = await books.end_hold(who, taken, 200)
    assert (await left(books, mug), (await kept(books, taken)).pieces_left) == (6, 4)
    assert await refused(books, Door.REVERSALS, books.reversal(who, captured, 70)) == ("REWARD_INDIVISIBLE", 50)
    await books.reverse(who, captured, 100)
    assert (await left(books, mug), (await kept(books, taken)).pieces_left) == (8, 2)
    await books.reverse(who, captured)
    assert (await left(books, mug), (await kept(books, taken)).state) == (10, "CANCELLED")
    assert (await books.counters(who))[0] == 250


async def test_a_limit_that_was_read_before_another_redemption_is_read_anew(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books)
    await books.earn(who, 100)
    key = f"R:{mug.reward_id}/pieces/{who.member_id.hex}/"
    await redeemed(books, who, mug, taken=taking(mug, tallies=[counting(key, 1)]))
    late = redeeming(books, who, mug, taken=taking(mug, tallies=[counting(key, 1)]))
    assert (await refused(books, Door.REDEMPTIONS, late))[0] == "STALE"
    await redeemed(books, who, mug, taken=taking(mug, tallies=[counting(key, 2, version=1)]))
    assert await counted(books, key) == 2


async def test_points_of_a_lot_that_expired_meanwhile_come_back_for_the_days_of_grace(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books, stock=1)
    await books.earn(who, 50, last=2 * DAY)
    taken = await redeemed(books, who, mug)
    books.now += 3 * DAY
    await books.sweep()
    await books.reverse(who, taken)
    assert ((await books.counters(who))[0], await left(books, mug)) == (50, 1)
    again = await redeemed(books, who, mug)
    assert (await kept(books, again)).state == "DONE"
    await books.reverse(who, again)
    books.now += 31 * DAY
    await books.sweep()
    assert ((await books.counters(who))[0], await left(books, mug)) == (0, 1)


async def test_what_was_redeemed_follows_a_merged_member_and_can_be_taken_back_still(books: Books) -> None:
    old, new, mug = await books.member(), await books.member(), await a_reward(books, stock=5)
    await books.earn(old, 100)
    key = f"R:{mug.reward_id}/pieces/{old.member_id.hex}/"
    taken = await redeemed(books, old, mug, taken=taking(mug, tallies=[counting(key, 1)], tickets=[new_id()]))
    await merge_members(books.pool, old, new, now=books.now)
    row = await kept(books, taken)
    assert (row.wallet_id, row.member_id, row.home_wallet_id) == (new.wallet_id, new.member_id, old.wallet_id)
    now_named = key.replace(old.member_id.hex, new.member_id.hex)
    assert await counted(books, now_named) == 1
    await books.reverse(old, taken)
    await books.sweep()
    assert ((await books.counters(new))[0], await left(books, mug), await counted(books, now_named)) == (100, 5, 0)
    assert await books.owner.fetchval(TICKETS) == 0


async def test_a_sponsor_that_takes_no_part_any_more_pays_nothing(books: Books) -> None:
    who, mug = await books.member(), await a_reward(books, stock=5)
    await books.earn(who, 50)
    await books.owner.execute("UPDATE partner SET status = 'SUSPENDED' WHERE partner_id = $1", books.maker.partner_id)
    paid = BenefitGiven(kind="DISCOUNT", sponsor_id=books.maker.partner_id, amount=Decimal(1))
    asked = redeeming(books, who, mug, taken=taking(mug, benefits=[paid]))
    assert (await refused(books, Door.REDEMPTIONS, asked))[0] == "SPONSOR_NOT_ACTIVE"
    assert await left(books, mug) == 5


FORGERIES = {
    "another reward": "UPDATE reward_redemption SET reward_id = gen_random_uuid()",
    "more pieces": "UPDATE reward_redemption SET pieces = pieces + 1",
    "a better worth": """UPDATE reward_redemption SET worth = '{"thing": "A car"}'""",
    "nobody's benefit": """UPDATE reward_redemption SET gives = jsonb_set(gives, '{benefits}', '[]')""",
    "more left": "UPDATE reward_redemption SET pieces_left = 2",
    "less left": "UPDATE reward_redemption SET pieces_left = 0, state = 'CANCELLED'",
    "a limit forgotten": "UPDATE tally SET counted = 0",
    "a ticket of nobody": "UPDATE token SET reward_id = gen_random_uuid()",
    "a dearer benefit": "UPDATE benefit SET amount = amount + 1",
    "a piece more in stock": "UPDATE allowance_slice SET left_amount = left_amount + 1 WHERE number = 0",
    "a redemption without its reward": "DELETE FROM reward_redemption",
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_an_audit_finds_every_forgery(database: Database, database_url: str, forgery: str) -> None:
    async with a_ledger(database, database_url) as books:
        who, mug = await books.member(), await a_reward(books, stock=5)
        await books.earn(who, 200)
        key = f"R:{mug.reward_id}/pieces/{who.member_id.hex}/"
        paid = BenefitGiven(kind="DISCOUNT", sponsor_id=books.maker.partner_id, amount=Decimal("2.50"))
        named = taking(mug, pieces=3, tallies=[counting(key, 3)], benefits=[paid], tickets=[new_id()])
        await redeemed(books, who, mug, taken=named)
        await books.prove()
        await books.owner.execute("SET session_replication_role = replica")
        await books.owner.execute(FORGERIES[forgery])
        assert not (await books.audit()).sound


async def test_nothing_but_the_ledger_writes_what_was_redeemed(books: Books, database_url: str) -> None:
    who, mug = await books.member(), await a_reward(books)
    await books.earn(who, 100)
    await redeemed(books, who, mug)
    app = await asyncpg.connect(database_url, server_settings={"role": "hansa_app"})
    try:
        await app.execute(f"SET app.sight = 'partner:{books.shop.partner_id}'")
        for forgery in ("SET pieces_left = 2", "SET points = 0", "SET gives = '{}'"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(f"UPDATE reward_redemption {forgery}")
    finally:
        await app.close()
