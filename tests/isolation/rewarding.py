"""A shop's own rewards: one with a stock, one for nothing, and a draft, all for members of its list alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.earning.terms import Sponsor
from domain.ids import PartnerId
from domain.rewards import managing
from domain.rewards.terms import Fulfilment, Reward, RewardKind, RewardTerms, Step, Worth
from domain.storage import Database, Sight
from tests.builders.members import seeing


async def rewarding(
    database: Database, own: PartnerId, listed: UUID, secret: Callable[[str], str], *, now: datetime
) -> dict[str, Reward]:
    """They are made: the draft is not published."""

    def terms(name: str, thing: str, points: int, **more: Any) -> RewardTerms:
        return RewardTerms(
            name=secret(name),
            kind=RewardKind.GIFT,
            steps=(Step(points=points, worth=Worth(thing=secret(thing))),),
            partners=frozenset({own}),
            starts_at=now,
            segments=frozenset({listed}),
            **more,
        )

    async with seeing(database, Sight.partner(own)) as session:
        made = {
            "reward": await managing.draft(session, own, terms("Reward", "Thing", 100, stock=9), now=now),
            "treat": await managing.draft(session, own, terms("Free", "Treat", 0, fulfilment=Fulfilment.SENT), now=now),
            "reward draft": await managing.draft(
                session, own, terms("Idle", "Thing", 100, sponsors=(Sponsor(own),)), now=now
            ),
        }
        for name in ("reward", "treat"):
            made[name] = await managing.publish(session, own, made[name].reward_id, now=now)
    return made
