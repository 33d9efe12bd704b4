"""How many pieces of a reward there are: put in when it goes live, and added or taken out by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from domain.ids import PartnerId, RewardId
from domain.rewards.errors import InvalidReward, RewardNotFound, RewardStateConflict, StockBelowTaken
from domain.rewards.finding import versions_of
from domain.rewards.terms import LARGEST_STOCK, Reward
from domain.storage import WriteSession


async def meet_stock(session: WriteSession, live: Reward, *, by: UUID | None, now: datetime) -> None:
    """Put in what the terms of a version that goes live say; where one follows another, the difference of the two.

    What was added or taken out by hand in between stays so. Raises: InvalidReward, StockBelowTaken.
    """
    before = [one for one in await versions_of(session, live.reward_id) if one.version < live.version and one.live_from]
    stock = live.terms.stock
    if stock is None:
        return
    await _alone(session, live.reward_id)
    earlier = [one.terms.stock for one in before if one.terms.stock is not None]
    if not earlier:
        await _set_total(session, live, stock, by=by, now=now)
    elif stock != earlier[-1]:
        put_in, _ = await _amounts(session, live.reward_id)
        await _set_total(session, live, put_in + stock - earlier[-1], by=by, now=now)


async def add(
    session: WriteSession, partner_id: PartnerId, reward_id: RewardId, pieces: int, *, by: UUID | None, now: datetime
) -> Reward:
    """Add pieces to a reward's stock, or, less than none, take out of what is not taken.

    Raises: RewardNotFound, RewardStateConflict, InvalidReward, StockBelowTaken.
    """
    live = [one for one in await versions_of(session, reward_id) if one.live_from is not None]
    if not live or live[-1].partner_id != partner_id:
        raise RewardNotFound
    if live[-1].terms.stock is None:
        raise RewardStateConflict("without a stock", "stocked")
    if not 1 <= abs(pieces) <= LARGEST_STOCK:
        raise InvalidReward(f"pieces are 1 to {LARGEST_STOCK}, or less than none to take out", path=("pieces",))
    await _alone(session, reward_id)
    put_in, _ = await _amounts(session, reward_id)
    await _set_total(session, live[-1], put_in + pieces, by=by, now=now)
    return live[-1]


async def _set_total(session: WriteSession, reward: Reward, total: int, *, by: UUID | None, now: datetime) -> None:
    put_in, left = await _amounts(session, reward.reward_id)
    taken = put_in - left
    if total < taken:
        raise StockBelowTaken(taken)
    if total > LARGEST_STOCK:
        raise InvalidReward(f"there are at most {LARGEST_STOCK} pieces in all", path=("stock",))
    named = {"reward": reward.reward_id, "owner": reward.partner_id, "total": total, "by": by, "now": now}
    opened = "SELECT open_stock(:reward, :owner, CAST(:total AS bigint), CAST(:by AS uuid), :now)"
    await session.execute(text(opened), named)
    if (after := await _amounts(session, reward.reward_id))[0] != total:
        raise StockBelowTaken(after[0] - after[1])  # somebody took the last ones meanwhile


async def _alone(session: WriteSession, reward_id: RewardId) -> None:
    """Let one after the other say how many there are in all, so that nobody's pieces are lost."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('stock of reward ' || CAST(:reward AS text), 0))")
    await session.execute(lock, {"reward": str(reward_id)})


async def _amounts(session: WriteSession, reward_id: RewardId) -> tuple[int, int]:
    """How many pieces were put in, and how many are left."""
    found = await session.execute(
        text(
            "SELECT (SELECT sum(c.amount) FROM allowance_change c WHERE c.allowance_id = a.allowance_id) AS put_in,"
            " (SELECT sum(s.left_amount) FROM allowance_slice s WHERE s.allowance_id = a.allowance_id) AS left_over"
            " FROM allowance a WHERE a.subject_id = :reward AND a.kind = 'STOCK'"
        ),
        {"reward": reward_id},
    )
    row = found.first()
    return (0, 0) if row is None else (int(row.put_in or 0), int(row.left_over or 0))
