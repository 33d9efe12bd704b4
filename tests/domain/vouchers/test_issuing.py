"""Vouchers come of prizes, pools and gifts: as many as there are codes, each once, and go with their member."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from domain.earning import managing as campaigns
from domain.earning.errors import InvalidCampaign
from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.rules import Gift
from domain.earning.terms import Sponsor, Terms
from domain.errors import IdempotencyConflict
from domain.ledger.moving import merge_members
from domain.ledger.posting import Door
from domain.ledger.postings import TokenGiven, VoucherWanted
from domain.paging import PageRequest
from domain.storage import Sight
from domain.vouchers import managing, pooling, using
from domain.vouchers.errors import InvalidCoupon, VoucherCancelled, VouchersUsedUp
from domain.vouchers.issuing import live_coupons, wanted
from domain.vouchers.models import VoucherSource
from domain.vouchers.queries import counts_of, vouchers_of
from domain.vouchers.terms import Codes, Coupon
from domain.vouchers.told import Told
from tests.domain.vouchers.builders import KEY, Counter, where

NUMBERS = count(1)


async def filled(counter: Counter, copies: int, **changes: Any) -> Coupon:
    """A coupon with so many codes in its pool."""
    coupon = await counter.live(codes=Codes.POOL, **changes)
    async with counter.acting(counter.shop) as session:
        lines = [(number, f"SUMMER{number:04}") for number in range(1, copies + 1)]
        brought = await pooling.bring_in(session, counter.shop, coupon.coupon_id, lines, key=KEY, now=counter.books.now)
    assert brought.taken == copies
    return coupon


def want(counter: Counter, coupon: Coupon) -> VoucherWanted:
    """A voucher of it, won."""
    source = VoucherSource.PRIZE
    zone = where().zone
    return wanted(coupon.coupon_id, coupon, source=source, source_id=None, key=KEY, zone=zone, now=counter.books.now)


async def won(counter: Counter, who: Any, coupon: Coupon) -> Any:
    """A purchase that wins a voucher; what the ledger was asked."""
    voucher = want(counter, coupon)
    token = TokenGiven(campaign_id=coupon.coupon_id, campaign_version=1, kind="COUPON", name="5 off", voucher=voucher)
    bought = counter.books.purchase(who)
    facts = bought.facts | {
        "tokens": [
            {
                "id": str(token.token_id),
                "campaign": str(token.campaign_id),
                "version": 1,
                "kind": "COUPON",
                "name": "5 off",
                "until": None,
            }
        ]
    }
    posting = replace(bought, tokens=[token], facts=facts)
    await counter.books.posted(Door.PURCHASES, posting)
    return posting


async def test_a_pool_gives_each_code_once_however_many_ask(counter: Counter) -> None:
    coupon = await filled(counter, 20)
    members = [await counter.books.member() for _ in range(32)]
    bought = await asyncio.gather(*(won(counter, who, coupon) for who in members))
    assert len(bought) == 32, "an empty pool refuses no purchase"
    rows = await counter.books.owner.fetch("SELECT DISTINCT lookup FROM voucher")
    cuts = await counter.books.owner.fetch("SELECT why FROM voucher_cut")
    assert (len(rows), len(cuts)) == (20, 12)
    assert {row["why"] for row in cuts} == {"CODES_USED_UP"}
    await counter.books.prove()


async def test_a_code_of_a_pool_is_shown_to_its_holder_and_used(counter: Counter) -> None:
    coupon = await filled(counter, 1)
    who = await counter.books.member()
    await won(counter, who, coupon)
    page = await vouchers_of(
        counter.books.pool, who.wallet_id, PageRequest(), open_at=counter.books.now, sight=Sight.member(who.member_id)
    )
    [voucher] = page.items
    assert voucher.code(KEY) == "SUMME-R0001"
    assert (await counter.use(counter.using("summer0001"))).money.minor == 500
    async with counter.acting(counter.shop) as session:
        counts = await counts_of(session, coupon.coupon_id)
    assert (counts.issued, counts.used, counts.codes_left) == (1, 1, 0)


async def test_a_gift_is_given_wholly_or_not_at_all_and_once(counter: Counter) -> None:
    coupon = await filled(counter, 3)
    who = await counter.books.member()
    with pytest.raises(VouchersUsedUp):
        await counter.given(coupon, who, 4)
    first = await counter.given(coupon, who, 2, key="birthday-1")
    assert await counter.given(coupon, who, 2, key="birthday-1") == first
    with pytest.raises(IdempotencyConflict):
        await counter.given(coupon, who, 1, key="birthday-1")
    assert await counter.books.owner.fetchval("SELECT count(*) FROM voucher") == 2
    assert await counter.books.owner.fetchval("SELECT count(*) FROM voucher_cut") == 0
    await counter.books.prove()


async def test_lines_that_bring_no_code_in_are_refused_one_by_one(counter: Counter) -> None:
    coupon = await filled(counter, 2)
    content = "code,note\nSUMMER0002,again\nsummer-0003,\nx,\nSUMMER0003,twice\n\nAUTUMN 1,\n"
    async with counter.acting(counter.shop) as session:
        lines = list(pooling.read_codes(content))
        brought = await pooling.bring_in(session, counter.shop, coupon.coupon_id, lines, key=KEY, now=counter.books.now)
    assert (brought.taken, brought.refused) == (2, 3)
    assert [one.line for one in brought.refusals] == [2, 4, 5]
    assert [one.why.split(";")[0] for one in brought.refusals] == [
        "the code was brought in before",
        "a code is 4 to 32 letters and digits",
        "the code stands in line 3 already",
    ]


async def test_another_partners_same_code_is_no_clash_and_tells_nothing(counter: Counter) -> None:
    await filled(counter, 1)
    theirs = await counter.live(
        counter.next_door, codes=Codes.POOL, sponsors=(), partners=frozenset({counter.next_door})
    )
    async with counter.acting(counter.next_door) as session:
        lines = [(1, "SUMMER0001")]
        brought = await pooling.bring_in(
            session, counter.next_door, theirs.coupon_id, lines, key=KEY, now=counter.books.now
        )
    assert (brought.taken, brought.refused) == (1, 0)


async def test_a_return_cancels_an_unused_voucher_and_leaves_a_used_one(counter: Counter) -> None:
    coupon = await counter.live()
    who = await counter.books.member()
    for used in (False, True):
        bought = await won(counter, who, coupon)
        [token] = bought.tokens
        found = await using.look_up(
            counter.books.pool,
            counter.shown((who.wallet_id, token.voucher.voucher_id)),
            None,
            where(),
            now=counter.books.now,
        )
        [voucher] = found
        assert isinstance(voucher, Told)
        if used:
            made = await counter.use(counter.using(voucher))
        back = counter.books.goods(who, bought)
        await counter.books.posted(Door.RETURNS, replace(back, facts={"tokens": [str(token.token_id)]}))
        assert await counter.state(voucher) == (("USED", 1) if used else ("CANCELLED", 0))
        if not used:
            with pytest.raises(VoucherCancelled):
                await counter.use(counter.using(voucher))
    await counter.reverse(made)
    assert isinstance(voucher, Told)
    assert await counter.state(voucher) == ("CANCELLED", 0), "what was given back is not opened again"


async def test_vouchers_follow_their_member_and_their_uses_are_taken_back_where_they_were(counter: Counter) -> None:
    coupon = await counter.live()
    one, other = await counter.books.member(), await counter.books.member()
    kept, used = await counter.given(coupon, one, 2)
    made = await counter.use(counter.using(used.code(KEY)))
    await merge_members(counter.books.pool, one, other, now=counter.books.now)
    await counter.reverse(made)
    for voucher in (kept, used):
        assert await counter.state(voucher) == ("OPEN", 0)
        again = await counter.use(counter.using(voucher.code(KEY)))
        assert (again.wallet_id, again.member_id) == (other.wallet_id, other.member_id)
    assert (await counter.books.kinds(other)).count("VOUCHER") == 2
    await counter.books.prove()


async def test_a_campaign_promises_vouchers_of_its_owners_live_coupons_alone(counter: Counter) -> None:
    theirs = await counter.live(
        counter.next_door, sponsors=(), partners=frozenset({counter.next_door}), name="Next door"
    )
    sketch = await counter.drafted(name="A sketch")
    public = await counter.public()
    for coupon in (theirs, sketch, public):
        prize = Prize(token=Token(kind=TokenKind.COUPON, name="5 off", coupon=coupon.coupon_id))
        terms = Terms(
            name="A prize",
            rule=Gift(prize=prize, minimum=0),
            starts_at=counter.books.now,
            partners=frozenset({counter.shop}),
            sponsors=(Sponsor(counter.shop),),
        )
        async with counter.acting(counter.shop) as session:
            with pytest.raises(InvalidCampaign, match="coupons that are won"):
                await campaigns.draft(session, counter.shop, terms, now=counter.books.now)


async def test_of_a_coupon_that_is_not_live_nothing_is_given(counter: Counter) -> None:
    coupon = await counter.live()
    who = await counter.books.member()
    async with counter.acting(counter.shop) as session:
        await managing.end(session, counter.shop, coupon.coupon_id, now=counter.books.now)
    assert await live_coupons(counter.books.pool, [coupon.coupon_id]) == {}
    await won(counter, who, coupon)
    assert await counter.books.owner.fetchval("SELECT why FROM voucher_cut") == "COUPON_NOT_LIVE"


async def test_codes_come_into_pools_alone(counter: Counter) -> None:
    coupon = await counter.live()
    async with counter.acting(counter.shop) as session:
        with pytest.raises(InvalidCoupon):
            await pooling.make(session, counter.shop, coupon.coupon_id, 3, key=KEY, now=counter.books.now)
