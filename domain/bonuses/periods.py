"""The periods of bonus schemes: months, quarters and years of the calendar, each up to the first day of the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.bonuses.terms import Against, BonusPeriod, BonusTerms

MONTHS = {BonusPeriod.MONTH: 1, BonusPeriod.QUARTER: 3, BonusPeriod.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A period of a scheme."""

    starts: date
    ends: date
    """The day after its last."""

    def opens_at(self, zone: ZoneInfo) -> datetime:
        """Its first moment."""
        return datetime.combine(self.starts, time(), zone)

    def closes_at(self, zone: ZoneInfo) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.ends, time(), zone)


def period_at(period: BonusPeriod, day: date) -> Stretch:
    """The period that a day lies in."""
    many = MONTHS[period]
    starts = date(day.year, (day.month - 1) // many * many + 1, 1)
    return Stretch(starts, moved(starts, many))


def name_of(period: BonusPeriod, starts: date) -> str:
    """What a period is called: 2026-10, 2026-Q4, 2026."""
    match period:
        case BonusPeriod.MONTH:
            return f"{starts:%Y-%m}"
        case BonusPeriod.QUARTER:
            return f"{starts.year}-Q{(starts.month + 2) // 3}"
        case BonusPeriod.YEAR:
            return str(starts.year)


def base_of(terms: BonusTerms, stretch: Stretch) -> Stretch | None:
    """The period that growth is counted from; None: the scheme does not ask."""
    if terms.growth is None:
        return None
    back = 12 if terms.growth.against is Against.YEAR_BEFORE else MONTHS[terms.period]
    return Stretch(moved(stretch.starts, -back), moved(stretch.ends, -back))


def counts_in(terms: BonusTerms, stretch: Stretch) -> bool:
    """Whether a period is among those of a scheme."""
    return terms.starts_on <= stretch.starts and (terms.ends_on is None or stretch.ends <= terms.ends_on)


def over(terms: BonusTerms, *, zone: ZoneInfo, now: datetime) -> list[Stretch]:
    """The periods whose statements are due, the first first."""
    today = now.astimezone(zone).date()
    found, stretch = [], period_at(terms.period, terms.starts_on)
    while stretch.ends + timedelta(days=terms.wait_days) <= today and (
        terms.ends_on is None or stretch.ends <= terms.ends_on
    ):
        found.append(stretch)
        stretch = period_at(terms.period, stretch.ends)
    return found


def moved(first: date, months: int) -> date:
    """The first of a month so many months on."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)
