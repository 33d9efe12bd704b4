"""What the data does not hold and a seed decides: who brings goods back, and who spends points where and how.

A plan depends on the journey alone, never on what is in the books, so the same day can be played again after a crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.earning.rerating import ReturnedLine
from hansa.journey.chance import choose, draw, happens
from hansa.journey.trips import NEVER_RETURNED, Journey, Trip

SEED = "hansa"

RETURNS = 150
"""Out of ten thousand baskets: 1.5 % come back, wholly or in part."""
WHOLE_RETURNS = 2_500
PART_OF_LINES = 3_333
LONGEST_RETURN = 14
"""Days after the purchase; the shortest is one."""

REDEMPTIONS = 1_200
"""Out of ten thousand days on which a household shops."""
EARNED_BEFORE = 14
"""Points of the last two weeks still wait for returns, so a member counts on older ones."""
COUNTED_DAYS = 28
SMALLEST_REDEMPTION = 20
CENTS_A_POINT = 100
REVERSALS = 400
"""Out of ten thousand redemptions."""
LONGEST_REGRET = 5
"""Days."""


class Way(StrEnum):
    """How points are spent."""

    DIRECT = "DIRECT"
    CAPTURE = "CAPTURE"
    """Authorized, then all of it captured."""
    PART = "PART"
    """Authorized, then half of it captured."""
    VOID = "VOID"
    LAPSE = "LAPSE"
    """Authorized and forgotten."""


SPENDING = frozenset({Way.DIRECT, Way.CAPTURE, Way.PART})
WAYS = {Way.DIRECT: 5_000, Way.CAPTURE: 3_000, Way.PART: 1_000, Way.VOID: 500, Way.LAPSE: 500}


@dataclass(frozen=True, slots=True)
class PlannedReturn:
    """Goods of an earlier trip come back today."""

    trip: Trip
    lines: tuple[ReturnedLine, ...]


@dataclass(frozen=True, slots=True)
class PlannedRedemption:
    """A member spends points today, and may regret it some days later."""

    day: date
    household: int
    store: int
    place: str
    """The short name of the partner."""
    way: Way
    points: int
    regret_after: int | None

    @property
    def name(self) -> str:
        """What it is called, the same each time it is planned."""
        return f"{self.day:%Y%m%d}-{self.household}"


class Planner:
    """What is planned for each day of a journey, with the shops, makers and distributor where points are spent."""

    def __init__(self, journey: Journey, places: Sequence[str], weights: Sequence[int]) -> None:
        self._journey = journey
        self._places = places
        self._weights = weights
        self._unreturnable = frozenset(
            article.sku for article in journey.articles() if article.category in NEVER_RETURNED
        )
        self._returning: dict[date, list[tuple[int, int]]] = {}
        self._redeeming: dict[date, list[PlannedRedemption]] = {}

    def returns_on(self, day: date) -> list[PlannedReturn]:
        """What comes back on a day, in the order it was bought."""
        planned = []
        for before in range(LONGEST_RETURN, 0, -1):
            bought_on = day - timedelta(days=before)
            for basket, kept in self._returned_of(bought_on):
                if kept == before:
                    trip = self._journey.trip(bought_on, basket)
                    lines = self._lines_back(trip)
                    if lines:
                        planned.append(PlannedReturn(trip, lines))
        return planned

    def redemptions_on(self, day: date) -> list[PlannedRedemption]:
        """Who spends points on a day: at most once a member, part of what four weeks of shopping brought."""
        planned = self._redeeming.get(day)
        if planned is None:
            planned = self._redeeming[day] = self._redemptions_on(day)
        return planned

    def regrets_on(self, day: date) -> list[PlannedRedemption]:
        """Redemptions of the last days that are taken back today."""
        return [
            planned
            for before in range(LONGEST_REGRET, 0, -1)
            for planned in self.redemptions_on(day - timedelta(days=before))
            if planned.regret_after == before
        ]

    def _returned_of(self, day: date) -> list[tuple[int, int]]:
        """The baskets of a day that come back, and after how many days."""
        returning = self._returning.get(day)
        if returning is None:
            returning = self._returning[day] = [
                (basket, 1 + draw(SEED, "kept", basket, below=LONGEST_RETURN))
                for basket, _, _ in self._journey.visits(day)
                if happens(SEED, RETURNS, "return", basket)
            ]
        return returning

    def _lines_back(self, trip: Trip) -> tuple[ReturnedLine, ...]:
        able = [line for line in trip.lines if line.quantity and line.sku not in self._unreturnable]
        if happens(SEED, WHOLE_RETURNS, "whole", trip.basket):
            return tuple(ReturnedLine(line.number, line.quantity) for line in able)
        back = [line for line in able if happens(SEED, PART_OF_LINES, "back", trip.basket, line.number)] or able[:1]
        return tuple(
            ReturnedLine(
                line.number,
                Decimal(1 + draw(SEED, "quantity", trip.basket, line.number, below=int(line.quantity))),
            )
            for line in back
        )

    def _redemptions_on(self, day: date) -> list[PlannedRedemption]:
        last = day - timedelta(days=EARNED_BEFORE)
        wishing = {
            household: store
            for _, household, store in self._journey.visits(day)
            if happens(SEED, REDEMPTIONS, "redeems", day, household)
        }
        spent = self._journey.spent(last - timedelta(days=COUNTED_DAYS - 1), last) if wishing else {}
        planned = []
        for household, store in wishing.items():
            quarters = 1 + draw(SEED, "share", day, household, below=4)
            points = spent.get(household, 0) // CENTS_A_POINT * quarters // 4
            if points >= SMALLEST_REDEMPTION:
                planned.append(self._redemption(day, household, store, points))
        return planned

    def _redemption(self, day: date, household: int, store: int, points: int) -> PlannedRedemption:
        about = (day, household)
        way = choose(list(WAYS), list(WAYS.values()), SEED, "way", *about)
        regrets = way in SPENDING and happens(SEED, REVERSALS, "regrets", *about)
        return PlannedRedemption(
            day=day,
            household=household,
            store=store,
            place=choose(self._places, self._weights, SEED, "place", *about),
            way=way,
            points=points,
            regret_after=1 + draw(SEED, "regret", *about, below=LONGEST_REGRET) if regrets else None,
        )
