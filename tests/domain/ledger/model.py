"""The ledger as one would explain it on paper: lists of lots, holds and debts in memory, and nothing of its SQL.

It decides what each posting answers and what it leaves behind; test_machine.py holds the database to it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.audit.replaying import months_after
from domain.coalition.models import ReturnPolicy

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(eq=False)
class Lot:
    """Points earned together. `spent` is kept by the first lot for all that its points became by merges."""

    points: int
    available_at: datetime
    expires_at: datetime | None
    months: int | None
    born: tuple[datetime, int]
    released: bool
    sponsor: UUID
    held: int = 0
    root: Lot | None = None
    spent: Counter[UUID] = field(default_factory=Counter)

    @property
    def origin(self) -> Lot:
        """Where the points were first earned."""
        return self.root or self


@dataclass(eq=False)
class Drawn:
    """Points drawn by one redemption or hold, lot by lot, and what it costs whom."""

    wallet: Wallet
    redeemer: UUID
    parts: list[tuple[Lot, int]]
    until: datetime | None = None
    ended: bool = False


@dataclass(eq=False)
class Debt:
    """Points owed at the price of one redeemer."""

    points: int
    redeemer: UUID


@dataclass(eq=False)
class Wallet:
    """One wallet; every method takes the time."""

    active_at: datetime
    lots: list[Lot] = field(default_factory=list)
    holds: list[Drawn] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    merged_into: Wallet | None = None

    def counters(self) -> tuple[int, int, int, int]:
        """Available, pending, held, debt."""
        held = sum(lot.held for lot in self.lots)
        released = sum(lot.points for lot in self.lots if lot.released)
        pending = sum(lot.points for lot in self.lots if not lot.released)
        return released - held, pending, held, sum(debt.points for debt in self.debts)

    def end(self, lot: Lot) -> datetime:
        """When the lot's term is over."""
        ends = [lot.expires_at] if lot.expires_at else []
        ends += [months_after(self.active_at, lot.months)] if lot.months else []
        return min(ends, default=FOREVER)

    def spendable(self, now: datetime) -> list[Lot]:
        """What can be drawn, in order."""
        there = [lot for lot in self.lots if lot.released and lot.points > lot.held]
        alive = [lot for lot in there if self.end(lot) > now]
        return sorted(alive, key=lambda lot: (self.end(lot), lot.born))

    def purse(self, now: datetime) -> int:
        """How much can be drawn."""
        return sum(lot.points - lot.held for lot in self.spendable(now))

    def draw(self, points: int, now: datetime) -> list[tuple[Lot, int]]:
        """Which lots give how much."""
        parts = []
        for lot in self.spendable(now):
            part = min(points, lot.points - lot.held)
            parts += [(lot, part)] if part else []
            points -= part
        return parts

    def release(self, now: datetime) -> None:
        """What is due becomes available and pays debts."""
        due = [lot for lot in self.lots if not lot.released and lot.points and lot.available_at <= now]
        for lot in due:
            lot.released = True
        if due:
            self.repay(now)

    def repay(self, now: datetime) -> None:
        """The oldest debt first."""
        for debt in self.debts:
            for lot, part in self.draw(debt.points, now):
                lot.points -= part
                debt.points -= part
                lot.origin.spent[debt.redeemer] += part

    def expire(self, now: datetime) -> None:
        """What is past its term leaves, but for what is held."""
        self.release(now)
        for lot in self.lots:
            if lot.released and self.end(lot) <= now:
                lot.points = lot.held

    def wake(self, now: datetime) -> None:
        """Activity: what a long rest has ended is gone first."""
        rested = self.active_at < now - timedelta(hours=600)
        if rested and any(lot.months and lot.points for lot in self.lots):
            self.expire(now)

    def earn(self, lots: list[Lot], now: datetime, *, activity: bool = True) -> None:
        """New lots, which pay debts first."""
        if activity:
            self.wake(now)
            self.active_at = max(self.active_at, now)
        self.lots += lots
        self.repay(now)

    def redeem(self, points: int, redeemer: UUID, now: datetime, until: datetime | None) -> Drawn | None:
        """Points are spent, or set aside."""
        self.release(now)
        self.wake(now)
        if points > self.purse(now):
            return None
        drawn = Drawn(self, redeemer, self.draw(points, now), until)
        for lot, part in drawn.parts:
            lot.origin.spent[redeemer] += part
            if until:
                lot.held += part
            else:
                lot.points -= part
        self.active_at = max(self.active_at, now)
        self.holds += [drawn] if until else []
        return drawn

    def end_hold(self, hold: Drawn, points: int, now: datetime) -> Drawn:
        """So many points are spent, the rest goes back."""
        if points:
            self.wake(now)
            self.active_at = max(self.active_at, now)
        captured = Drawn(self, hold.redeemer, [])
        for lot, part in hold.parts:
            used = min(part, points)
            points -= used
            lot.held -= part
            lot.points -= used
            lot.origin.spent[hold.redeemer] -= part - used
            captured.parts += [(lot, used)] if used else []
        hold.ended = True
        self.repay(now)
        return captured

    def reverse(self, spent: Drawn, points: int | None, now: datetime, grace: timedelta) -> bool:
        """Back into the lots, last drawn first."""
        left = sum(part for _lot, part in spent.parts)
        if left == 0 or (points or 0) > left:
            return False
        points = points or left
        self.expire(now)
        for place, (lot, part) in reversed(list(enumerate(spent.parts))):
            back = min(part, points)
            points -= back
            if back and self.end(lot) <= now:
                lot.expires_at, lot.months = now + grace, None
            lot.points += back
            lot.origin.spent[spent.redeemer] -= back
            spent.parts[place] = (lot, part - back)
        self.repay(now)
        return True

    def give_back(self, claims: list[tuple[Lot, int, ReturnPolicy]], now: datetime, place: dict[Any, Any]) -> None:
        """Claims on lots: what is left of them is taken; what is spent is owed, by policy."""
        self.release(now)
        rests, purse = [], self.purse(now)
        for root, claim, policy in claims:
            rest = claim
            for lot in sorted((lot for lot in self.lots if lot.origin is root), key=lambda lot: lot.born):
                spared = policy is ReturnPolicy.PENDING_ONLY and lot.released
                if not spared and self.end(lot) > now:
                    take = min(rest, lot.points - lot.held)
                    purse -= take if lot.released else 0
                    lot.points -= take
                    rest -= take
            rests.append((root, rest, policy))
        for policy in (ReturnPolicy.WITHIN_BALANCE, ReturnPolicy.DEBT):
            for root, rest, own in sorted(rests, key=lambda claim: place[claim[0]]):
                if own is policy:
                    purse = self._owe(root, rest, purse if policy is ReturnPolicy.WITHIN_BALANCE else None, place)
        self.repay(now)

    def _owe(self, root: Lot, rest: int, purse: int | None, place: dict[Any, Any]) -> int:
        total = sum(root.spent.values())
        for redeemer in sorted((one for one, points in root.spent.items() if points > 0), key=place.__getitem__):
            owable = max(0, min(root.spent[redeemer], total))
            total -= root.spent[redeemer]
            owed = min(rest, owable)
            rest -= owed
            points = owed if purse is None else min(owed, max(0, purse))
            purse = None if purse is None else purse - owed
            if points:
                self.debts.append(Debt(points, redeemer))
                root.spent[redeemer] -= points
        return purse or 0

    def move_to(self, target: Wallet, now: datetime) -> None:
        """All that is left goes over, in order of age; to be merged is activity."""
        target.expire(now)
        left = sorted((lot for lot in self.lots if lot.points), key=lambda lot: lot.born)
        for place, lot in enumerate(left):
            moved = Lot(
                lot.points, lot.available_at, lot.expires_at, lot.months, (now, place), lot.released, lot.sponsor
            )
            moved.root = lot.origin
            lot.points = 0
            target.lots.append(moved)
        target.debts += [Debt(debt.points, debt.redeemer) for debt in self.debts if debt.points]
        self.debts = []
        target.active_at = max(target.active_at, now)
        target.repay(now)
