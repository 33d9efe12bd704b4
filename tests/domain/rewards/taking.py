"""Rewards of the shop for tests of the ledger, and redemptions that name them."""

from __future__ import annotations

from typing import Any

from domain.ids import PartnerId
from domain.ledger.posting import Door
from domain.ledger.postings import RedemptionPosting, RewardTaken, Verdict
from domain.members.recognition import KnownMember
from domain.rewards import managing
from domain.rewards.redeemed_models import RewardRedemption
from domain.rewards.terms import Reward, RewardKind, RewardTerms, Step, Worth
from tests.builders.coalition import writing
from tests.builders.ledger import Books

LEFT = """SELECT sum(s.left_amount)::int FROM allowance a JOIN allowance_slice s USING (allowance_id)
    WHERE a.kind = 'STOCK' AND a.subject_id = $1"""


async def a_reward(books: Books, points: int = 50, **changes: Any) -> Reward:
    """A thing of the shop's for so many points, live."""
    terms = RewardTerms(
        **{
            "name": "A mug",
            "kind": RewardKind.GIFT,
            "steps": (Step(points=points, worth=Worth(thing="A mug")),),
            "partners": frozenset({PartnerId(books.shop.partner_id)}),
            "starts_at": books.now,
            **changes,
        }
    )
    owner = PartnerId(books.shop.partner_id)
    async with writing(books.database) as session:
        drafted = await managing.draft(session, owner, terms, now=books.now)
        return await managing.publish(session, owner, drafted.reward_id, now=books.now)


def taking(reward: Reward, *, pieces: int = 1, **changes: Any) -> RewardTaken:
    """What a redemption of so many pieces says."""
    points = reward.terms.steps[0].points
    return RewardTaken(
        **{
            "reward_id": reward.reward_id,
            "version": reward.version,
            "owner_id": reward.partner_id,
            "name": reward.terms.name,
            "step": 1,
            "pieces": pieces,
            "unit_points": points,
            "money": 0,
            "currency": "USD",
            "worth": reward.terms.steps[0].worth.to_json(),
            "off": [],
            "from_stock": reward.terms.stock is not None,
            "fulfilment": reward.terms.fulfilment,
            **changes,
        }
    )


def redeeming(
    books: Books, who: KnownMember, reward: Reward, *, pieces: int = 1, taken: RewardTaken | None = None, **changes: Any
) -> RedemptionPosting:
    """A redemption of so many pieces."""
    named = taken or taking(reward, pieces=pieces)
    points = reward.terms.steps[0].points * named.pieces
    return books.redemption(who, points, reward=named, **changes)


async def redeemed(books: Books, who: KnownMember, reward: Reward, **changes: Any) -> RedemptionPosting:
    """A redemption that stands."""
    posting = redeeming(books, who, reward, **changes)
    await books.posted(Door.REDEMPTIONS, posting)
    return posting


async def refused(books: Books, door: Door, posting: Any) -> tuple[str, int | None]:
    """What a posting is refused with, and how far it would have gone; nothing of it is kept."""
    verdict: Verdict = await books.ask(door, posting)
    assert not verdict.stands
    return verdict.outcome, verdict.spendable


async def left(books: Books, reward: Reward) -> int | None:
    """How many pieces are left."""
    found: int | None = await books.owner.fetchval(LEFT, reward.reward_id)
    return found


async def kept(books: Books, posting: RedemptionPosting) -> RewardRedemption:
    """What is kept of a redeemed reward."""
    row = await books.owner.fetchrow("SELECT * FROM reward_redemption WHERE entry_id = $1", posting.entry_id)
    assert row is not None
    return RewardRedemption(**dict(row))
