"""What counts towards tiers, figured on paper: from plain lists, day by day, and nothing of it in sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from domain.tiers.terms import Measure, TierPeriod, TierTerms
from tests.domain.tiers.builders import CATALOGUE, RIGA

KNOWN = {item.sku: item for item in CATALOGUE}


@dataclass
class Line:
    """A line of a receipt; what of its amount came back."""

    sku: str
    amount: int
    back: int = 0


@dataclass
class Bought:
    """A purchase, with the points it earned by campaign, and what returns took of them."""

    who: UUID
    shop: UUID
    at: datetime
    lines: list[Line]
    points: dict[UUID, int] = field(default_factory=dict)
    taken: dict[UUID, int] = field(default_factory=dict)

    @property
    def comes_back(self) -> bool:
        """Whether there was a return of it."""
        return any(line.back for line in self.lines) or any(self.taken.values())

    @property
    def day(self) -> date:
        """Its day in Riga."""
        return self.at.astimezone(RIGA).date()


def amount(terms: TierTerms, bought: list[Bought], joined: date, today: date) -> int:
    """What purchases come to for a member that joined on a day, on another."""
    counted = [one for one in bought if counts(terms, one.day, joined, today)]
    counted = [one for one in counted if not terms.partners or one.shop in terms.partners]
    if terms.measure is Measure.POINTS:
        return sum(sum(kept(terms, one)) for one in counted)
    worth = {id(one): worth_of(terms, one) for one in counted}
    if terms.measure is Measure.SPEND:
        return sum(net for net in worth.values() if net is not None)
    if terms.measure is Measure.VISITS:
        return len({one.day for one in counted if worth[id(one)] is not None})
    assert terms.status is not None
    return sum(int(Fraction(net, 100) * terms.status.per_unit) for net in worth.values() if net is not None)


def counts(terms: TierTerms, day: date, joined: date, today: date) -> bool:
    """Whether a day is in the stretch in which today lies."""
    if terms.counting_from is not None and day < terms.counting_from:
        return False
    if terms.period is TierPeriod.CALENDAR_YEAR:
        return day.year == today.year
    if terms.period is TierPeriod.ANNIVERSARY:
        return year_of_membership(joined, day) == year_of_membership(joined, today)
    assert terms.months is not None
    return months_before(today, terms.months) < day <= today


def year_of_membership(joined: date, day: date) -> int:
    """How many anniversaries have come round by a day, counted one by one."""
    years = -40
    while True:
        year = joined.year + years + 1
        try:
            comes_round = joined.replace(year=year)
        except ValueError:
            comes_round = date(year, 3, 1)
        if comes_round > day:
            return years
        years += 1


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError(day)


def worth_of(terms: TierTerms, one: Bought) -> int | None:
    """What of a purchase counts; None where nothing of it does, or all of that came back."""
    lines = [line for line in one.lines if qualifies(terms, line.sku)]
    if not lines:
        return None
    whole, back = sum(line.amount for line in lines), sum(line.back for line in lines)
    return None if one.comes_back and whole <= back else whole - back


def qualifies(terms: TierTerms, sku: str) -> bool:
    """Whether a line with an article counts."""
    item = KNOWN.get(sku)
    told = {
        "skus": sku,
        "categories": item and item.category,
        "brands": item and item.brand,
        "departments": item and item.department,
    }
    for part, what in told.items():
        wanted, unwanted = getattr(terms.goods, part), getattr(terms.without, part)
        if wanted and what not in wanted:
            return False
        if what is not None and what in unwanted:
            return False
    return True


def kept(terms: TierTerms, one: Bought) -> list[int]:
    """The points of a purchase that count and were not taken back, by campaign."""
    asked = [campaign for campaign in one.points if not terms.campaigns or campaign in terms.campaigns]
    left = [one.points[campaign] - one.taken.get(campaign, 0) for campaign in asked]
    return left if sum(left) > 0 else []
