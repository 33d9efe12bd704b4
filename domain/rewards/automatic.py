"""Rewards that come by themselves: certificates for points that have reached a step, in their windows and within caps.

A window is a day by the coalition's clock: any day, a weekday, or days of the year. Each is looked at once it has begun
and for a week after, so that nothing is lost while no worker runs; what a cap leaves over stays in points.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy.dialects.postgresql import insert

from domain.earning.tills import Caches
from domain.errors import DomainError
from domain.ids import PartnerId, RewardId
from domain.ledger.errors import Busy
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.rewards.automatic_models import CertificateChoice
from domain.rewards.errors import RewardNotFound, StepNotFound
from domain.rewards.finding import rewards_live, rewards_recorded
from domain.rewards.quoting import MOST_PIECES, Ask
from domain.rewards.redeeming import BY_ITSELF, RedeemReward, redeem
from domain.rewards.terms import Automatic, Reward, RewardState, RewardTerms, Step
from domain.storage import COALITION, Sight, WriteSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

DAYS_BACK = 7
WALLETS_AT_ONCE = 1000
BEFORE_ALL = UUID(int=0)
DAYS_AHEAD = 366

_DUE = "SELECT * FROM certificates_due($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"


class WhyNone(StrEnum):
    """Why no certificate comes now."""

    SAVING = "SAVING"
    """The member saves the points."""
    POINTS = "POINTS"
    """There are too few points."""
    WAITING = "WAITING"
    """The points have not been there long enough."""
    WINDOW = "WINDOW"
    """It is not the day."""
    CAP_OF_DAY = "CAP_OF_DAY"
    """As many as can come on one day have come."""
    CAP_OF_YEAR = "CAP_OF_YEAR"
    """As many as can come in a year have come."""


@dataclass(frozen=True, slots=True)
class Window:
    """A day on which certificates come."""

    day: date
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a wallet has, and what came to it by itself."""

    wallet_id: UUID
    member_id: UUID
    points: int
    """That can be spent now."""
    aged: int
    """Of them, those that have been there long enough."""
    saving: bool
    step: int | None
    in_window: int
    in_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A reward that comes by itself, as it stands for a member."""

    reward: Reward
    step: int
    """Which step comes, from 1."""
    saving: bool
    points: int
    """That the member can spend."""
    due: int
    """How many pieces would come now."""
    why_none: WhyNone | None
    next_on: date | None
    """The next day on which it can come; None: none within a year."""


def window_at(automatic: Automatic, now: datetime, zone: ZoneInfo) -> Window | None:
    """The window that is open, or was within the last week; the latest of them."""
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(DAYS_BACK + 1 if _windowed(automatic) else 1))
    day = next((day for day in days if _is_one(automatic, day)), None)
    return None if day is None else Window(day, _start(day, zone), _start(day + timedelta(days=1), zone))


def next_window(automatic: Automatic, now: datetime, zone: ZoneInfo) -> date | None:
    """The first day from tomorrow on that is one of its windows; None: none within a year."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(1, DAYS_AHEAD + 1))
    return next((day for day in days if _is_one(automatic, day)), None)


def step_of(terms: RewardTerms, chosen: int | None) -> int | None:
    """Which step comes by itself, from 1: the one that was chosen, or else the cheapest that costs points."""
    costing = {place: step for place, step in enumerate(terms.steps, 1) if step.points > 0}
    if chosen in costing:
        return chosen
    return min(costing, key=lambda place: (costing[place].points, place), default=None)


def due(terms: RewardTerms, step: Step, held: Holding, window: Window | None) -> tuple[int, WhyNone | None]:
    """How many pieces come now, or why none: what the points are enough for, within the caps of day and year."""
    automatic = terms.automatic
    assert automatic is not None
    most = MOST_PIECES if automatic.most is None else automatic.most - held.in_window
    in_year = MOST_PIECES if automatic.most_a_year is None else automatic.most_a_year - held.in_year
    enough = min(held.aged, held.points) // step.points
    against = (
        (held.saving, WhyNone.SAVING),
        (held.points < step.points, WhyNone.POINTS),
        (window is None, WhyNone.WINDOW),
        (not enough, WhyNone.WAITING),
        (most <= 0, WhyNone.CAP_OF_DAY),
        (in_year <= 0, WhyNone.CAP_OF_YEAR),
    )
    why = next((why for holds, why in against if holds), None)
    return (min(enough, most, in_year, MOST_PIECES), None) if why is None else (0, why)


async def issue(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime) -> int:
    """Let all certificates come that are due; how many members got any. Each comes once for its window."""
    done = 0
    for stocked in await rewards_live(pool, sight=COALITION, now=now):
        reward = stocked.reward
        if reward.terms.automatic is None or not reward.open_at(now):
            continue
        window = window_at(reward.terms.automatic, now, caches.zone)
        if window is None:
            continue
        async for held in _holdings(pool, reward.reward_id, reward.terms, window, caches.zone, now):
            done += await _come(pool, reward, held, window, caches=caches, lookup_key=lookup_key, now=now)
    return done


async def certificates_of(
    pool: Pool, member: KnownMember, *, sight: Sight, zone: ZoneInfo, now: datetime
) -> list[Certificate]:
    """The rewards that come by themselves, as they stand for a member: what is due, or why nothing."""
    found = []
    for stocked in await rewards_live(pool, sight=sight, now=now):
        terms = stocked.reward.terms
        if terms.automatic is None:
            continue
        window = window_at(terms.automatic, now, zone)
        held = await _held(pool, stocked.reward.reward_id, terms, member, window, zone, now)
        place = step_of(terms, held.step)
        if place is None:
            continue
        pieces, why = due(terms, terms.steps[place - 1], held, window)
        found.append(
            Certificate(
                reward=stocked.reward,
                step=place,
                saving=held.saving,
                points=held.points,
                due=pieces,
                why_none=why,
                next_on=next_window(terms.automatic, now, zone),
            )
        )
    return found


async def choose(
    session: WriteSession, member: KnownMember, reward: Reward, *, saving: bool, step: int | None, now: datetime
) -> None:
    """Save the points of a reward that comes by itself, or let one of its steps come.

    Raises: RewardNotFound, where it does not come by itself; StepNotFound.
    """
    if reward.terms.automatic is None:
        raise RewardNotFound
    if step is not None and step_of(reward.terms, step) != step:
        raise StepNotFound(len(reward.terms.steps))
    values = {"saving": saving, "step": step, "chosen_at": now}
    keys = {"wallet_id": member.wallet_id, "member_id": member.member_id, "reward_id": reward.reward_id}
    statement = insert(CertificateChoice).values(**keys, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))


async def reward_now(pool: Pool, reward_id: RewardId) -> Reward:
    """A reward that is live. Raises: RewardNotFound."""
    found = (await rewards_recorded(pool, [(reward_id, None)])).get((reward_id, None))
    if found is None or found.state is not RewardState.LIVE:
        raise RewardNotFound
    return found


async def _come(
    pool: Pool, reward: Reward, held: Holding, window: Window, *, caches: Caches, lookup_key: bytes, now: datetime
) -> bool:
    place = step_of(reward.terms, held.step)
    assert place is not None
    pieces, _ = due(reward.terms, reward.terms.steps[place - 1], held, window)
    if not pieces:
        return False
    member = KnownMember(
        wallet_id=held.wallet_id, member_id=held.member_id, kind=MemberKind.CONSUMER, pairwise_id=held.member_id
    )
    named = sha256(f"{reward.reward_id}\x1f{held.member_id}\x1f{window.day}".encode()).hexdigest()[:48]
    command = RedeemReward(
        partner_id=_redeemer(reward),
        idempotency_key=f"auto-{named}",
        member=None,
        reward_id=reward.reward_id,
        ask=Ask(step=place, pieces=pieces),
        occurred_at=now,
        dated=False,
        channel=BY_ITSELF,
    )
    try:
        receipt = await redeem(pool, command, caches=caches, lookup_key=lookup_key, now=now, own=member)
    except Busy:
        raise
    except DomainError:
        return False  # not for this member, or not now: what speaks against it is told when the member asks for it
    return not receipt.replayed


def _redeemer(reward: Reward) -> PartnerId:
    """Whose redemption it is: the owner's, or else the first of those where it can be had."""
    return reward.partner_id if reward.partner_id in reward.terms.partners else min(reward.terms.partners)


async def _held(
    pool: Pool,
    reward_id: RewardId,
    terms: RewardTerms,
    member: KnownMember,
    window: Window | None,
    zone: ZoneInfo,
    now: datetime,
) -> Holding:
    assert terms.automatic is not None
    rows = await pool.fetch(
        _DUE, *_asked(reward_id, 0, terms.automatic, window, zone, now), BEFORE_ALL, 1, member.wallet_id
    )
    if rows:
        return Holding(**rows[0])
    nothing = {"points": 0, "aged": 0, "saving": False, "step": None, "in_window": 0, "in_year": 0}
    return Holding(wallet_id=member.wallet_id, member_id=member.member_id, **nothing)  # type: ignore[arg-type]


async def _holdings(
    pool: Pool, reward_id: RewardId, terms: RewardTerms, window: Window, zone: ZoneInfo, now: datetime
) -> AsyncIterator[Holding]:
    """Wallets that may have enough for the cheapest step, page by page."""
    assert terms.automatic is not None
    cheapest = step_of(terms, None)
    if cheapest is None:
        return
    least, after = terms.steps[cheapest - 1].points, BEFORE_ALL
    asked = _asked(reward_id, least, terms.automatic, window, zone, now)
    while rows := await pool.fetch(_DUE, *asked, after, WALLETS_AT_ONCE, None):
        for row in rows:
            yield Holding(**row)
        after = rows[-1]["wallet_id"]


def _asked(
    reward_id: RewardId, least: int, automatic: Automatic, window: Window | None, zone: ZoneInfo, now: datetime
) -> tuple[object, ...]:
    begun = window.starts if window is not None and _windowed(automatic) else now
    since = min(begun, now) - timedelta(hours=automatic.after_hours)
    starts, ends = (now, now) if window is None else (window.starts, window.ends + timedelta(days=DAYS_BACK))
    year = _start(date(now.astimezone(zone).year, 1, 1), zone)
    return reward_id, least, since, now, starts, ends, year


def _windowed(automatic: Automatic) -> bool:
    return bool(automatic.weekday or automatic.dates)


def _is_one(automatic: Automatic, day: date) -> bool:
    if automatic.dates:
        return f"{day:%m-%d}" in automatic.dates
    return not automatic.weekday or day.isoweekday() == automatic.weekday


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
