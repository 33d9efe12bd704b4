"""What a shop with cards, milestones, caps and a budget gives, worked out on paper, sharing no code with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

RIGA = ZoneInfo("Europe/Riga")
DAILY, SHARED, BUDGET = 60, 30, 120
"""Points a member has at most a day of the base, a month of the two kicks, and all members of the gift."""


@dataclass
class Deed:
    """What one purchase or action was given, campaign by campaign, and what it counted."""

    member: str
    at: datetime
    points: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    spent: int = 0
    stamps: int = 0
    prizes: int = 0
    marks: int = 0


@dataclass
class Paper:
    """All members' counters, as a clerk would keep them."""

    base: Counter[tuple[str, str]] = field(default_factory=Counter)
    kicks: Counter[tuple[str, str]] = field(default_factory=Counter)
    stamps: Counter[str] = field(default_factory=Counter)
    prizes: Counter[str] = field(default_factory=Counter)
    spent: Counter[tuple[str, str]] = field(default_factory=Counter)
    marks: Counter[tuple[str, str]] = field(default_factory=Counter)
    visits: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    given: int = 0

    def buy(self, member: str, at: datetime, milk: int, wine: int) -> Deed:
        """A basket of so many cents of milk and wine."""
        deed, total = Deed(member, at), milk + wine
        day, month = self._day(member, at), self._month(member, at)
        deed.points["Base"] = min(total // 100, DAILY - self.base[day])
        self.base[day] += deed.points["Base"]
        deed.stamps = 1
        self.stamps[member] += 1
        deed.prizes = max(0, self.stamps[member] // 3 - self.prizes[member])
        self.prizes[member] += deed.prizes
        deed.tokens, deed.points["Card"] = deed.prizes, 50 * deed.prizes
        deed.spent = total
        self.spent[month] += total
        reached = sum(self.spent[month] >= mark for mark in (3000, 6000))
        deed.marks = max(0, reached - self.marks[month])
        deed.points["Marks"] = sum((20, 40)[self.marks[month] : reached])
        self.marks[month] += deed.marks
        milk_only, large = (10 if milk else 0), (14 if total >= 2500 else 0)
        deed.points["Large" if large else "Milk"] = max(milk_only, large)
        if wine:
            self._kick(deed, month)
        deed.points["Gift"] = min(3, BUDGET - self.given)
        self.given += deed.points["Gift"]
        return deed

    def visit(self, member: str, at: datetime) -> Deed:
        """Five points, twice within any 24 hours."""
        deed = Deed(member, at)
        recent = [earlier for earlier in self.visits[member] if earlier > at - timedelta(hours=24)]
        if len(recent) < 2:
            deed.points["Visit"] = 5
            self.visits[member].append(at)
        return deed

    def check_in(self, member: str, at: datetime) -> Deed:
        """Nine points, within what the kicks give together."""
        deed = Deed(member, at)
        self._kick(deed, self._month(member, at))
        return deed

    def take_back(self, deed: Deed) -> None:
        """All of a purchase comes back: it was never made."""
        day, month = self._day(deed.member, deed.at), self._month(deed.member, deed.at)
        self.base[day] -= deed.points["Base"]
        self.kicks[month] -= deed.points["Kick"]
        self.stamps[deed.member] -= deed.stamps
        self.prizes[deed.member] -= deed.prizes
        self.spent[month] -= deed.spent
        self.marks[month] -= deed.marks
        self.given -= deed.points["Gift"]

    def _kick(self, deed: Deed, month: tuple[str, str]) -> None:
        deed.points["Kick"] = min(9, SHARED - self.kicks[month])
        self.kicks[month] += deed.points["Kick"]

    @staticmethod
    def _day(member: str, at: datetime) -> tuple[str, str]:
        return member, at.astimezone(RIGA).date().isoformat()

    @staticmethod
    def _month(member: str, at: datetime) -> tuple[str, str]:
        return member, at.astimezone(RIGA).date().isoformat()[:7]
