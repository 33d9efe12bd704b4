"""A reward that gives a voucher: issued with the points, cancelled with them, and not taken back once it was used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.earning.tills import Caches
from domain.ledger.moving import merge_members
from domain.members.recognition import KnownMember, MemberRef
from domain.rewards import redeeming, redemption
from domain.rewards.queries import Redemption, vouchers_of
from domain.rewards.queries import redemption as found
from domain.rewards.quoting import Ask
from domain.rewards.redeeming import RedeemReward
from domain.rewards.redemption import CaptureRedemption, RedemptionReceipt, ReverseRedemption
from domain.rewards.terms import Reward, RewardKind, Step, Worth
from domain.storage import Database, Sight
from domain.values import Points
from domain.vouchers.errors import VoucherAlreadyUsed, VouchersUsedUp
from domain.vouchers.terms import Codes
from domain.vouchers.told import Told
from tests.builders.ledger import DAY
from tests.domain.rewards.taking import a_reward, left
from tests.domain.vouchers.builders import KEY, Counter, a_counter

STATES = "SELECT state FROM voucher ORDER BY voucher_id"


@pytest.fixture
async def counter(database: Database, database_url: str) -> AsyncIterator[Counter]:
    """A counter where vouchers are taken and rewards had; the books are sound when the test is over."""
    async with a_counter(database, database_url) as counter:
        yield counter
        await counter.books.prove()


async def a_certificate(counter: Counter, **coupon: Any) -> Reward:
    """A hundred points for five off, as a voucher; ten in stock."""
    promised = await counter.live(**coupon)
    steps = (Step(points=100, worth=Worth(coupon=promised.coupon_id)),)
    return await a_reward(counter.books, kind=RewardKind.DISCOUNT, steps=steps, stock=10)


async def a_member(counter: Counter, points: int = 300) -> KnownMember:
    who = await counter.books.member()
    await counter.books.earn(who, points)
    return who


async def had(counter: Counter, who: KnownMember, reward: Reward, **changes: Any) -> RedemptionReceipt:
    command = RedeemReward(
        **{
            "partner_id": counter.shop,
            "idempotency_key": f"redeem-{next(counter.books.numbers):04}",
            "member": MemberRef(pairwise_id=who.pairwise_id),
            "reward_id": reward.reward_id,
            "ask": Ask(),
            "occurred_at": counter.books.now,
            **changes,
        }
    )
    tools: dict[str, Any] = {"caches": Caches.fresh("USD", "UTC"), "lookup_key": KEY, "now": counter.books.now}
    return await redeeming.redeem(counter.books.pool, command, **tools)


async def standing(counter: Counter, receipt: RedemptionReceipt) -> tuple[Redemption, list[Told]]:
    """The redemption, and its vouchers as the shop sees them."""
    sight = Sight.partner(counter.shop)
    one = await found(counter.books.pool, receipt.redemption, sight=sight)
    assert one.reward is not None
    return one, await vouchers_of(counter.books.pool, one.reward, sight=sight)


async def reverse(counter: Counter, receipt: RedemptionReceipt) -> RedemptionReceipt:
    command = ReverseRedemption(
        partner_id=counter.shop,
        idempotency_key=f"reverse-{next(counter.books.numbers):04}",
        redemption=receipt.redemption,
        points=None,
        occurred_at=counter.books.now,
    )
    return await redemption.reverse(counter.books.pool, command, now=counter.books.now)


async def states(counter: Counter) -> list[str]:
    return [row["state"] for row in await counter.books.owner.fetch(STATES)]


async def test_a_voucher_comes_with_its_reward_and_goes_with_it(counter: Counter) -> None:
    who, reward = await a_member(counter), await a_certificate(counter)
    receipt = await had(counter, who, reward, ask=Ask(pieces=2))
    one, given = await standing(counter, receipt)
    assert [(voucher.state, voucher.source, voucher.source_id) for voucher in given] == [
        ("OPEN", "REWARD", reward.reward_id)
    ] * 2
    assert one.reward is not None
    assert await vouchers_of(counter.books.pool, one.reward, sight=Sight.member(who.member_id)) != []
    await reverse(counter, receipt)
    assert await states(counter) == ["CANCELLED"] * 2
    assert (int((await counter.books.counters(who))[0]), await left(counter.books, reward)) == (300, 10)


async def test_a_reward_whose_voucher_was_used_is_not_taken_back(counter: Counter) -> None:
    who, reward = await a_member(counter), await a_certificate(counter)
    receipt = await had(counter, who, reward)
    _, (voucher,) = await standing(counter, receipt)
    use = await counter.use(counter.using(voucher), who)
    with pytest.raises(VoucherAlreadyUsed):
        await reverse(counter, receipt)
    assert (int((await counter.books.counters(who))[0]), await left(counter.books, reward)) == (200, 9)
    await counter.reverse(use)
    await reverse(counter, receipt)
    assert await states(counter) == ["CANCELLED"]


async def test_where_no_code_is_left_nothing_is_taken(counter: Counter) -> None:
    who, reward = await a_member(counter), await a_certificate(counter, codes=Codes.POOL)
    with pytest.raises(VouchersUsedUp):
        await had(counter, who, reward)
    assert (int((await counter.books.counters(who))[0]), await left(counter.books, reward)) == (300, 10)
    assert await counter.books.kinds(who) == ["PURCHASE"]


async def test_a_held_reward_gives_its_voucher_when_it_is_captured(counter: Counter) -> None:
    who, reward = await a_member(counter), await a_certificate(counter)
    held = await had(counter, who, reward, hold_for=DAY)
    assert await states(counter) == []
    command = CaptureRedemption(
        partner_id=counter.shop,
        idempotency_key="capture-0001",
        redemption=held.redemption,
        points=Points(100),
        occurred_at=counter.books.now,
    )
    await redemption.capture(counter.books.pool, command, now=counter.books.now)
    assert await states(counter) == ["OPEN"]
    await reverse(counter, held)
    assert await states(counter) == ["CANCELLED"]


async def test_a_merged_members_voucher_is_cancelled_where_it_went(counter: Counter) -> None:
    who, into, reward = await a_member(counter), await counter.books.member(), await a_certificate(counter)
    receipt = await had(counter, who, reward)
    await merge_members(counter.books.pool, who, into, now=counter.books.now)
    await reverse(counter, receipt)
    await counter.books.sweep()
    assert await states(counter) == ["CANCELLED"]
    assert int((await counter.books.counters(into))[0]) == 300
