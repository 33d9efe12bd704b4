"""A shop's own rewards, for its list alone: one with a stock, a draft, and one for nothing that gives a voucher."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.earning.terms import Sponsor
from domain.ids import CouponId, PartnerId
from domain.rewards import managing
from domain.rewards.terms import Fulfilment, Reward, RewardKind, RewardTerms, Step, Worth
from domain.storage import Database, Sight
from tests.builders.members import seeing


async def rewarding(
    database: Database, own: PartnerId, listed: UUID, secret: Callable[[str], str], *, now: datetime
) -> dict[str, Reward]:
    """They are made: the draft is not published."""

    def terms(name: str, **more: Any) -> RewardTerms:
        steps = (Step(points=100, worth=Worth(thing=secret("Thing"))),)
        return _terms(own, secret(name), steps, listed, now, **more)

    async with seeing(database, Sight.partner(own)) as session:
        made = {
            "reward": await managing.draft(session, own, terms("Reward", stock=9), now=now),
            "reward draft": await managing.draft(session, own, terms("Idle", sponsors=(Sponsor(own),)), now=now),
        }
        made["reward"] = await managing.publish(session, own, made["reward"].reward_id, now=now)
    return made


async def a_treat(
    database: Database, own: PartnerId, listed: UUID, coupon: UUID, name: str, *, now: datetime
) -> Reward:
    """A voucher for nothing, with a letter to be sent."""
    steps = (Step(points=0, worth=Worth(coupon=CouponId(coupon))),)
    treat = _terms(own, name, steps, listed, now, fulfilment=Fulfilment.SENT)
    async with seeing(database, Sight.partner(own)) as session:
        drafted = await managing.draft(session, own, treat, now=now)
        return await managing.publish(session, own, drafted.reward_id, now=now)


def _terms(own: PartnerId, name: str, steps: tuple[Step, ...], listed: UUID, now: datetime, **more: Any) -> RewardTerms:
    return RewardTerms(
        name=name,
        kind=RewardKind.GIFT,
        steps=steps,
        partners=frozenset({own}),
        starts_at=now,
        segments=frozenset({listed}),
        **more,
    )
