"""What a bonus scheme promises: for what, by which bands, to whom, and who has to agree."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, NewType
from uuid import UUID

from domain.bonuses.errors import InvalidBonusScheme
from domain.earning.errors import InvalidCampaign
from domain.earning.forms import (
    FLAG,
    ID,
    RATE,
    TEXT,
    WHOLE,
    Codec,
    choice,
    listed,
    parts_of,
    read_parts,
    set_of,
    written,
)
from domain.errors import DomainError, InvalidValue
from domain.ids import PartnerId
from domain.values import Rate, check_text

SchemeId = NewType("SchemeId", UUID)

LONGEST_NAME = 80
MOST_BANDS = 20
MOST_NAMED = 500
LARGEST = 10**12
"""The largest threshold and cap, in minor units or pieces."""
LARGEST_GROWTH = 10_000
"""In per cent: a hundred times as much."""
LONGEST_WAIT = 90


class BonusPeriod(StrEnum):
    """For how long turnover is counted together, by the calendar of the coalition."""

    MONTH = "MONTH"
    """A calendar month."""
    QUARTER = "QUARTER"
    """From the first of January, April, July or October."""
    YEAR = "YEAR"
    """A calendar year."""


class Measure(StrEnum):
    """In what turnover is counted."""

    VALUE = "VALUE"
    """Money, in minor units; rates are shares, such as 0.02."""
    QUANTITY = "QUANTITY"
    """Pieces, as they are sold; rates are minor units for each."""


class Source(StrEnum):
    """Whence turnover comes."""

    PURCHASES = "PURCHASES"
    """What the firm bought at the scheme's partners, less what came back."""
    SOLD_ON = "SOLD_ON"
    """What the firm sold on, by the reports that the owner took in."""


class Slicing(StrEnum):
    """Of what the rates of bands are taken."""

    MARGINAL = "MARGINAL"
    """Each band's rate of the slice of turnover that lies in it."""
    WHOLE = "WHOLE"
    """The rate of the band that is reached, of everything."""


class Against(StrEnum):
    """What growth is counted from."""

    YEAR_BEFORE = "YEAR_BEFORE"
    """The same period of the year before."""
    PERIOD_BEFORE = "PERIOD_BEFORE"
    """The period just before."""


class GrowthOf(StrEnum):
    """Of what the rate of growth is taken."""

    TURNOVER = "TURNOVER"
    """Of all of it."""
    GAIN = "GAIN"
    """Of what it is more than the base."""


class SchemeState(StrEnum):
    """Where a scheme stands."""

    DRAFT = "DRAFT"
    """Written, not agreed to by all or not published."""
    LIVE = "LIVE"
    """Statements are drawn up under it."""
    PAUSED = "PAUSED"
    """None are, of periods that begin now."""
    ENDED = "ENDED"
    """Periods that began under it are still told."""


def _read_date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidBonusScheme(f"{value!r} is not a date such as 2026-10-01") from None


DATE = Codec(write=str, read=_read_date)


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidBonusScheme(f"{part} is {allowed}", path=(part,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From so much on, at this rate."""

    start: int = field(metadata=WHOLE.metadata)
    """In minor units or pieces; of growth in per cent."""
    rate: Rate = field(metadata=RATE.metadata)
    """A share of value, or minor units for each piece."""


BANDS = listed(parts_of(Band)).metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What is given for buying more than before."""

    bands: tuple[Band, ...] = field(metadata=BANDS)
    """By growth in per cent; the rate of the band that is reached counts alone."""
    against: Against = field(default=Against.YEAR_BEFORE, metadata=choice(Against, "base of growth").metadata)
    of: GrowthOf = field(default=GrowthOf.TURNOVER, metadata=choice(GrowthOf, "part that growth is paid of").metadata)
    least_base: int = field(default=1, metadata=WHOLE.metadata)
    """From a base below this nothing has grown."""

    def __post_init__(self) -> None:
        check_bands("bands", self.bands, most=LARGEST_GROWTH)
        _fit("least_base", f"1 to {LARGEST}", holds=0 < self.least_base <= LARGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusTerms:
    """The terms of a bonus scheme. Raises on construction: InvalidBonusScheme, naming the part."""

    name: str = field(metadata=TEXT.metadata)
    starts_on: date = field(metadata=DATE.metadata)
    """The first day of the first period."""
    ends_on: date | None = field(default=None, metadata=DATE.metadata)
    """The day after the last period; None: no end."""
    period: BonusPeriod = field(default=BonusPeriod.QUARTER, metadata=choice(BonusPeriod, "period").metadata)
    measure: Measure = field(default=Measure.VALUE, metadata=choice(Measure, "measure").metadata)
    source: Source = field(default=Source.PURCHASES, metadata=choice(Source, "source").metadata)
    partners: frozenset[PartnerId] = field(default=frozenset(), metadata=set_of(ID).metadata)
    """At whose tills purchases count."""
    sponsors: frozenset[PartnerId] = field(default=frozenset(), metadata=set_of(ID).metadata)
    """Who pays for it, as the campaigns that answer say; they agree to the terms."""
    skus: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    """Only these articles; all, if none is named."""
    categories: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    brands: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    makers: frozenset[PartnerId] = field(default=frozenset(), metadata=set_of(ID).metadata)
    not_skus: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    """None of these."""
    not_categories: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    not_brands: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    not_tenders: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    """What was paid by these means does not count; of value only."""
    groups: frozenset[UUID] = field(default=frozenset(), metadata=set_of(ID).metadata)
    """Only firms of these groups or segments; all that the owner serves, if none is named."""
    bands: tuple[Band, ...] = field(default=(), metadata=BANDS)
    slicing: Slicing = field(default=Slicing.MARGINAL, metadata=choice(Slicing, "slicing").metadata)
    growth: Growth | None = field(default=None, metadata=parts_of(Growth).metadata)
    most: int | None = field(default=None, metadata=WHOLE.metadata)
    """The most that a firm gets for one period, in minor units."""
    wait_days: int = field(default=14, metadata=WHOLE.metadata)
    """So many days after the period's end statements are drawn up."""
    by_hand: bool = field(default=True, metadata=FLAG.metadata)
    """Whether somebody looks at statements before they are given."""

    def __post_init__(self) -> None:
        try:
            check_text("name", self.name, LONGEST_NAME)
        except InvalidValue as refused:
            raise InvalidBonusScheme(refused.message, path=refused.path) from None
        _fit("bands", "at least one, or growth has some", holds=bool(self.bands) or self.growth is not None)
        check_bands("bands", self.bands, most=LARGEST)
        _fit("most", f"1 to {LARGEST}", holds=self.most is None or 0 < self.most <= LARGEST)
        _fit("wait_days", f"0 to {LONGEST_WAIT}", holds=0 <= self.wait_days <= LONGEST_WAIT)
        self._check_days()
        self._check_turnover()

    def _check_days(self) -> None:
        first = "the first day of a period"
        _fit("starts_on", first, holds=begins(self.period, self.starts_on))
        if self.ends_on is not None:
            _fit(
                "ends_on",
                f"{first}, later than starts_on",
                holds=begins(self.period, self.ends_on) and self.ends_on > self.starts_on,
            )

    def _check_turnover(self) -> None:
        bought = self.source is Source.PURCHASES
        _fit("partners", "where purchases count, and nowhere for what is sold on", holds=bool(self.partners) == bought)
        by_value = bought and self.measure is Measure.VALUE
        _fit("not_tenders", "for the value of purchases only", holds=by_value or not self.not_tenders)
        for name in ("skus", "categories", "brands", "makers", "not_skus", "not_categories", "not_brands", "groups"):
            _fit(name, f"at most {MOST_NAMED}", holds=len(getattr(self, name)) <= MOST_NAMED)

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """Who has to agree: who pays, and at whose tills turnover counts."""
        return tuple(sorted(self.sponsors | self.partners))

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return written(self)

    def fingerprint(self) -> bytes:
        """A digest of the terms; an agreement names it, so it is void once they change."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One version of a bonus scheme."""

    scheme_id: SchemeId
    version: int
    partner_id: PartnerId
    state: SchemeState
    terms: BonusTerms
    live_from: datetime | None
    live_until: datetime | None

    @property
    def key(self) -> tuple[SchemeId, int]:
        """Which version of which scheme."""
        return self.scheme_id, self.version


def terms_from_json(stored: Any) -> BonusTerms:
    """The terms of a scheme out of their stored form. Raises: InvalidBonusScheme, naming the part."""
    return refused_as_ours(lambda: read_parts(BonusTerms, stored))


def refused_as_ours(read: Callable[[], BonusTerms]) -> BonusTerms:
    """What the codecs refuse, in the words of schemes. Raises: InvalidBonusScheme."""
    try:
        return read()
    except InvalidBonusScheme:
        raise
    except (InvalidCampaign, DomainError) as refused:
        raise InvalidBonusScheme(refused.message, path=refused.path) from None


def check_bands(part: str, bands: Sequence[Band], *, most: int) -> None:
    """Hold bands to their order. Raises: InvalidBonusScheme."""
    starts = [band.start for band in bands]
    _fit(part, f"at most {MOST_BANDS}", holds=len(bands) <= MOST_BANDS)
    _fit(part, f"in order, each from more than the one before, from 0 to {most}", holds=_rising(starts, most))
    _fit(part, f"at rates up to {LARGEST}", holds=all(0 <= band.rate <= LARGEST for band in bands))


def begins(period: BonusPeriod, day: date) -> bool:
    """Whether a period begins on a day."""
    match period:
        case BonusPeriod.MONTH:
            return day.day == 1
        case BonusPeriod.QUARTER:
            return day.day == 1 and day.month in {1, 4, 7, 10}
        case BonusPeriod.YEAR:
            return (day.month, day.day) == (1, 1)


def _rising(starts: Sequence[int], most: int) -> bool:
    inside = all(0 <= start <= most for start in starts)
    return inside and all(one < other for one, other in pairwise(starts))
