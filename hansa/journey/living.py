"""A day of the journey, lived through the domain: purchases, then what came back, then points spent, then time's work.

The day's baskets are sent in its last seconds, as shops do that send theirs at night. Every request has a key made of
what it is about, so a day that was broken off is simply lived again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

from domain.coalition.founding import advance_clock, coalition_of
from domain.earning.commands import PurchaseReceipt, PurchaseRef, RecordPurchase, RecordReturn
from domain.earning.purchases import record_purchases
from domain.earning.recorded import entries_by_key
from domain.earning.returning import record_return
from domain.earning.tills import Caches
from domain.ledger.errors import InsufficientPoints
from domain.ledger.sweeping import sweep
from domain.rewards import redemption
from domain.rewards.queries import RedemptionRef
from domain.rewards.redemption import CaptureRedemption, RedeemPoints, RedemptionReceipt, ReverseRedemption
from domain.storage import Database
from domain.values import Points
from hansa.journey import cast
from hansa.journey.crowd import Crowd
from hansa.journey.founding import Founded
from hansa.journey.plans import PlannedRedemption, PlannedReturn, Planner, Way
from hansa.journey.trips import ZONE, Journey, Trip, end_of
from partners.keys import Keys
from resolvers.context import Context

T = TypeVar("T")
U = TypeVar("U")

LANES = 2
"""Households are split over lanes, so many a process: within a lane, and so a household, purchases keep their order."""
LARGEST_CALL = 500
AT_ONCE = 6
HOLD = timedelta(days=2)
SECOND = timedelta(seconds=1)
CAPTURED = {Way.CAPTURE: 1, Way.PART: 2}
"""By what the points authorized are divided."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What happened, summed up."""

    members: int = 0
    baskets: int = 0
    lines: int = 0
    idle_lines: int = 0
    earned: int = 0
    returns: int = 0
    clawed_back: int = 0
    spent: int = 0
    given_back: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    released: int = 0
    lapsed: int = 0
    expired: int = 0
    """Entries that a sweep wrote."""
    purchase_seconds: float = 0.0
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Count another one in."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


Lane = Callable[[date, datetime], Awaitable[Tally]]
"""Records one lane's purchases of a day, here or in another process."""

Recorder = Callable[[Sequence[Trip], datetime, Tally], Awaitable[None]]
"""Records trips of one lane, in order: through the domain, or over HTTP."""


class Life:
    """The journey in a database, day by day."""

    def __init__(self, database: Database, journey: Journey, founded: Founded, keys: Keys) -> None:
        named = dict(zip(journey.most_frequent(len(cast.FACES)), cast.FACES, strict=False))
        self.database = database
        self.journey = journey
        self.founded = founded
        self.keys = keys
        self.crowd = Crowd(founded.partners, named)
        self.planner = Planner(journey, cast.PLACES, cast.WEIGHTS)
        self.recorder: Recorder = self._recorded
        self.lanes = self.own_lanes()
        self._caches = Caches.fresh(cast.CURRENCY, str(ZONE))

    async def live(self, day: date) -> Tally:
        """Live one day, and move the sandbox's clock to its end."""
        tally = Tally()
        began = time.perf_counter()
        night = end_of(day)
        shopping = {household for _, household, _ in self.journey.visits(day)}
        tally.members = await self.crowd.join(self.at(night - 6 * SECOND), shopping)
        await self._purchases(day, night - 5 * SECOND, tally)
        await self._returns(self.planner.returns_on(day), night - 4 * SECOND, tally)
        await self._regrets(self.planner.regrets_on(day), night - 3 * SECOND, tally)
        await self._redemptions(self.planner.redemptions_on(day), night - 2 * SECOND, tally)
        await self._sweep(night, tally)
        await self.at(night).write(advance_clock, to=night)
        tally.seconds = time.perf_counter() - began
        return tally

    def at(self, now: datetime) -> Context:
        """The coalition at work at an instant."""
        return Context.for_coalition(self.database, now, keys=self.keys)

    async def clock(self) -> datetime:
        """Where the sandbox's clock stands: at the end of the last day that was lived wholly."""
        ctx = self.at(cast.OPENING)
        try:
            return (await ctx.read(coalition_of)).clock_at or cast.OPENING
        finally:
            await ctx.close()

    def own_lanes(self, process: int = 0, processes: int = 1) -> list[Lane]:
        """The lanes of one process of several, so that one lane computes while another waits for the database."""
        return [partial(self.shop, process * LANES + lane, processes * LANES) for lane in range(LANES)]

    async def shop(self, lane: int, lanes: int, day: date, now: datetime) -> Tally:
        """Record the purchases of one lane of a day."""
        tally = Tally()
        for part in _parts(self.journey.trips(day, lane, lanes), LARGEST_CALL):
            await self.recorder(part, now, tally)
        return tally

    async def _purchases(self, day: date, now: datetime, tally: Tally) -> None:
        began = time.perf_counter()
        for done in await asyncio.gather(*(lane(day, now) for lane in self.lanes)):
            tally.add(done)
        tally.purchase_seconds = time.perf_counter() - began

    async def _recorded(self, trips: Sequence[Trip], now: datetime, tally: Tally) -> None:
        """Record trips through the domain."""
        commands = [self._purchase(trip) for trip in trips]
        ctx = self.at(now)
        answers = await ctx.post(
            record_purchases, commands, caches=self._caches, lookup_key=self.keys.lookups, now=ctx.now
        )
        for trip, answer in zip(trips, answers, strict=True):
            if not isinstance(answer, PurchaseReceipt):
                raise answer
            tally.baskets += 1
            tally.lines += len(trip.lines)
            tally.idle_lines += answer.idle_lines
            tally.earned += answer.points

    def _purchase(self, trip: Trip) -> RecordPurchase:
        return RecordPurchase(
            partner_id=self.founded.partners[cast.SHOP],
            outlet_code=str(trip.store),
            occurred_at=trip.at,
            currency=cast.CURRENCY,
            lines=trip.lines,
            member=self.crowd.ref(trip.household),
            idempotency_key=f"journey-basket-{trip.basket}",
            channel="STORE",
            receipt_number=str(trip.basket),
        )

    async def _returns(self, planned: Sequence[PlannedReturn], now: datetime, tally: Tally) -> None:
        ctx = self.at(now)

        async def given_back(one: PlannedReturn) -> None:
            command = RecordReturn(
                partner_id=self.founded.partners[cast.SHOP],
                idempotency_key=f"return-{one.trip.basket}",
                purchase=PurchaseRef(receipt_number=str(one.trip.basket), member=self.crowd.ref(one.trip.household)),
                lines=one.lines,
                occurred_at=now - timedelta(hours=6),
                outlet_id=self.founded.outlets[one.trip.store],
                channel="STORE",
                reference=f"return-{one.trip.basket}",
            )
            receipt = await ctx.post(record_return, command, lookup_key=self.keys.lookups, now=ctx.now)
            tally.returns += 1
            tally.clawed_back += receipt.points

        await _at_once(given_back, planned)

    async def _redemptions(self, planned: Sequence[PlannedRedemption], now: datetime, tally: Tally) -> None:
        async def redeemed(one: PlannedRedemption) -> None:
            try:
                receipt = await self._redeem(one, now)
            except InsufficientPoints as refusal:
                tally.refusals[refusal.code] += 1
                return
            tally.ways[one.way] += 1
            tally.spent += await self._ended(one, receipt, now + SECOND)

        await _at_once(redeemed, planned)

    async def _redeem(self, one: PlannedRedemption, now: datetime) -> RedemptionReceipt:
        at_shop = one.place == cast.SHOP
        command = RedeemPoints(
            partner_id=self.founded.partners[one.place],
            idempotency_key=f"redeem-{one.name}",
            member=self.crowd.ref(one.household),
            points=Points(one.points),
            occurred_at=end_of(one.day) - timedelta(hours=5),
            outlet_id=self.founded.outlets[one.store] if at_shop else None,
            channel="STORE" if at_shop else "WEB",
            hold_for=None if one.way is Way.DIRECT else HOLD,
        )
        ctx = self.at(now)
        return await ctx.post(redemption.redeem, command, lookup_key=self.keys.lookups, now=ctx.now)

    async def _ended(self, one: PlannedRedemption, receipt: RedemptionReceipt, now: datetime) -> int:
        """End an authorization as planned; says how many points were spent for good."""
        if one.way is Way.DIRECT:
            return one.points
        if one.way is Way.LAPSE:
            return 0
        points = one.points // CAPTURED[one.way] if one.way in CAPTURED else 0
        command = CaptureRedemption(
            partner_id=self.founded.partners[one.place],
            idempotency_key=f"capture-{one.name}",
            redemption=receipt.redemption,
            points=Points(points),
            occurred_at=now,
        )
        ctx = self.at(now)
        await ctx.post(redemption.capture, command, now=ctx.now)
        return points

    async def _regrets(self, planned: Sequence[PlannedRedemption], now: datetime, tally: Tally) -> None:
        ctx = self.at(now)
        asked = {one: (self.founded.partners[one.place], f"redeem-{one.name}") for one in planned}
        made = await ctx.fetch(entries_by_key, list(asked.values()))

        async def taken_back(one: PlannedRedemption) -> None:
            entry = made.get(asked[one])
            if entry is None:
                return  # it was refused
            command = ReverseRedemption(
                partner_id=self.founded.partners[one.place],
                idempotency_key=f"reverse-{one.name}",
                redemption=RedemptionRef(wallet_id=entry["wallet_id"], entry_id=entry["entry_id"]),
                points=None,
                occurred_at=now,
            )
            await ctx.post(redemption.reverse, command, now=ctx.now)
            tally.ways["REVERSED"] += 1
            tally.given_back += one.points // CAPTURED.get(one.way, 1)

        await _at_once(taken_back, planned)

    async def _sweep(self, now: datetime, tally: Tally) -> None:
        swept = await self.at(now).post(sweep, now=now)
        tally.released, tally.lapsed, tally.expired = swept.released, swept.lapsed, swept.expired


def _parts(items: Sequence[T], size: int) -> Iterable[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


async def _at_once(act: Callable[[T], Awaitable[U]], items: Sequence[T]) -> None:
    """Do something for all items, a few at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(item: T) -> None:
        async with turns:
            await act(item)

    await asyncio.gather(*map(in_turn, items))
