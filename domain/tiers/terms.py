"""What a tier programme promises: its tiers, what counts towards them, when, and for how long they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from domain.errors import InvalidValue
from domain.tiers.errors import InvalidTierProgramme
from domain.values import Rate, check_text, minor_digits

LONGEST_NAME = 80
LONGEST_TIER = 40
LONGEST_BENEFITS = 2_000
MOST_TIERS = 12
MOST_MONTHS = 60
MOST_NAMED = 1_000
LARGEST_THRESHOLD = 10**12
LARGEST_RATE = 10**6


class Measure(StrEnum):
    """What counts towards tiers."""

    SPEND = "SPEND"
    """What was paid, less what came back, in minor units."""
    POINTS = "POINTS"
    """Points as they were earned, less what returns took back."""
    VISITS = "VISITS"
    """Days with a purchase of which not all came back."""
    STATUS = "STATUS"
    """The programme's own status points, by its own rates; they are no money and cannot be spent."""
    INVITATION = "INVITATION"
    """Nothing: all tiers above the lowest are given by hand."""


class TierPeriod(StrEnum):
    """In which time it counts; days are those of the coalition's time zone."""

    CALENDAR_YEAR = "CALENDAR_YEAR"
    """From 1 January to 31 December."""
    ROLLING = "ROLLING"
    """The last so many months, up to and including today."""
    ANNIVERSARY = "ANNIVERSARY"
    """A year from the day the member joined; 29 February comes round on 1 March in years without it."""


class Kept(StrEnum):
    """For how long a tier that was reached is kept."""

    END_OF_PERIOD = "END_OF_PERIOD"
    """To the end of its period; in a rolling one, for as long as what counts comes to so much."""
    END_OF_NEXT = "END_OF_NEXT"
    """To the end of the period after that."""
    MONTHS = "MONTHS"
    """So many months from the day it was reached, and no less than to the end of its period."""


class OnReturn(StrEnum):
    """What becomes of a tier when goods come back without which it would not have been reached."""

    TAKE_BACK = "TAKE_BACK"
    """It is taken back; what holds without them counts."""
    KEEP = "KEEP"
    """It is kept to the end of its term."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One tier of a programme."""

    name: str
    threshold: int | None
    """What it takes: minor units, points, days; 0: everybody has it; None: it is given by invitation."""
    benefits: str = ""
    """What it brings, in words."""

    def __post_init__(self) -> None:
        check_text("name", self.name, LONGEST_TIER)
        asked = 0 if self.threshold is None else self.threshold
        if type(asked) is not int or not 0 <= asked <= LARGEST_THRESHOLD:
            raise InvalidTierProgramme(f"a threshold is 0 to {LARGEST_THRESHOLD}", path=("threshold",))
        if len(self.benefits) > LONGEST_BENEFITS:
            raise InvalidTierProgramme(f"benefits have at most {LONGEST_BENEFITS} characters", path=("benefits",))

    @property
    def by_invitation(self) -> bool:
        """Whether nobody comes into it by what they do."""
        return self.threshold is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Articles, by their numbers, categories, brands or departments."""

    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in GOODS:
            if len(getattr(self, name)) > MOST_NAMED:
                raise InvalidTierProgramme(f"{name} are at most {MOST_NAMED}", path=(name,))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in GOODS)


GOODS = ("skus", "categories", "brands", "departments")
EVERYTHING = Goods()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRates:
    """What a programme gives status points for."""

    per_unit: Rate = Rate(0)
    """For one unit of the currency paid; rounded down for each purchase."""
    actions: Mapping[str, int] = field(default_factory=dict)
    """For each action of a type."""

    def __post_init__(self) -> None:
        if not 0 <= self.per_unit <= LARGEST_RATE:
            raise InvalidTierProgramme(f"per_unit is 0 to {LARGEST_RATE}", path=("status", "per_unit"))
        for kind, points in self.actions.items():
            if type(points) is not int or not 0 < points <= LARGEST_RATE:
                raise InvalidTierProgramme(f"an action gives 1 to {LARGEST_RATE} points", path=("status", kind))
        if not self.per_unit and not self.actions:
            raise InvalidTierProgramme("status points are given for purchases or for actions", path=("status",))


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTerms:
    """The terms of a version of a tier programme."""

    name: str
    measure: Measure
    period: TierPeriod
    tiers: tuple[Tier, ...]
    """From the lowest up."""
    months: int | None = None
    """Of a rolling period."""
    kept: Kept = Kept.END_OF_NEXT
    kept_months: int | None = None
    soft_landing: bool = False
    """Whoever's term ends falls by one tier only, for another term."""
    on_return: OnReturn = OnReturn.TAKE_BACK
    household: bool = False
    """What all members on one wallet do counts for each of them."""
    partners: frozenset[UUID] = frozenset()
    """Only at these; none named: at all, or, of a partner's programme, at itself."""
    campaigns: frozenset[UUID] = frozenset()
    """Only points of these; none named: of all."""
    goods: Goods = EVERYTHING
    """Only these articles: within a part any will do, and all parts that are named must hold."""
    without: Goods = EVERYTHING
    """Not articles of which any part holds."""
    counting_from: date | None = None
    """What happened before this day does not count."""
    status: StatusRates | None = None

    def __post_init__(self) -> None:
        try:
            check_text("name", self.name, LONGEST_NAME)
        except InvalidValue as refusal:
            raise InvalidTierProgramme(refusal.message, path=refusal.path) from None
        self._check_tiers()
        self._check_times()
        self._check_measure()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its tiers, from the lowest up."""
        return tuple(tier.name for tier in self.tiers)

    @property
    def base(self) -> str | None:
        """The tier that everybody has, if there is one."""
        return self.tiers[0].name if self.tiers[0].threshold == 0 else None

    def above(self, tier: str | None) -> Tier | None:
        """The next tier up that is reached by what counts; None at the top."""
        start = 0 if tier is None else self.names.index(tier) + 1
        return next((one for one in self.tiers[start:] if one.threshold), None)

    def _check_tiers(self) -> None:
        if not 1 <= len(self.tiers) <= MOST_TIERS:
            raise _bad("tiers", f"1 to {MOST_TIERS}")
        if len({name.casefold() for name in self.names}) < len(self.tiers):
            raise _bad("tiers", "called differently, whatever their capitals")
        asked = [tier.threshold for tier in self.tiers if tier.threshold is not None]
        if asked != sorted(set(asked)) or any(tier.threshold == 0 for tier in self.tiers[1:]):
            raise _bad("tiers", "in order, each asking for more than the one below; only the lowest may ask for 0")
        if self.measure is Measure.INVITATION and any(asked):
            raise _bad("tiers", "by invitation, or the lowest for 0, where nothing counts towards them")

    def _check_times(self) -> None:
        if (self.period is TierPeriod.ROLLING) != (self.months is not None):
            raise _bad("months", "said for a rolling period, and for no other")
        if (self.kept is Kept.MONTHS) != (self.kept_months is not None):
            raise _bad("kept_months", "said for tiers that are kept for so many months, and for no others")
        for name in ("months", "kept_months"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or not 1 <= value <= MOST_MONTHS):
                raise _bad(name, f"1 to {MOST_MONTHS}")

    def _check_measure(self) -> None:
        if (self.measure is Measure.STATUS) != (self.status is not None):
            raise _bad("status", "said where status points count, and nowhere else")
        if self.campaigns and self.measure is not Measure.POINTS:
            raise _bad("campaigns", "named where points count, and nowhere else")
        if (self.goods or self.without) and self.measure in {Measure.POINTS, Measure.INVITATION}:
            raise _bad("goods", "named where purchases count; for points name campaigns")
        for name in ("partners", "campaigns"):
            if len(getattr(self, name)) > MOST_NAMED:
                raise _bad(name, f"at most {MOST_NAMED}")

    def to_json(self, currency: str) -> dict[str, Any]:
        """As it is stored, and read by the database (tier_terms in migrations/sql/0034_qualifying.sql)."""
        stored: dict[str, Any] = {
            "name": self.name,
            "measure": self.measure,
            "period": self.period,
            "months": self.months,
            "kept": self.kept,
            "kept_months": self.kept_months,
            "soft_landing": self.soft_landing,
            "returns": self.on_return,
            "household": self.household,
            "partners": sorted(map(str, self.partners)),
            "campaigns": sorted(map(str, self.campaigns)),
            **{name: sorted(getattr(self.goods, name)) for name in GOODS},
            **{f"not_{name}": sorted(getattr(self.without, name)) for name in GOODS},
            "counting_from": self.counting_from and self.counting_from.isoformat(),
            "tiers": [{"name": one.name, "threshold": one.threshold, "benefits": one.benefits} for one in self.tiers],
        }
        if self.status is not None:
            exact = Fraction(self.status.per_unit) / 10 ** minor_digits(currency)
            stored |= {"per_unit": str(self.status.per_unit), "actions": dict(sorted(self.status.actions.items()))}
            stored |= {"rate_numerator": exact.numerator, "rate_denominator": exact.denominator}
        return {name: part for name, part in stored.items() if part not in (None, [])}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TierTerms:
        """Terms out of their stored form."""
        begun = stored.get("counting_from")
        rates = None
        if "per_unit" in stored:
            rates = StatusRates(per_unit=Rate(stored["per_unit"]), actions=stored["actions"])
        return cls(
            name=stored["name"],
            measure=Measure(stored["measure"]),
            period=TierPeriod(stored["period"]),
            months=stored.get("months"),
            kept=Kept(stored["kept"]),
            kept_months=stored.get("kept_months"),
            soft_landing=stored["soft_landing"],
            on_return=OnReturn(stored["returns"]),
            household=stored["household"],
            partners=_ids(stored.get("partners", ())),
            campaigns=_ids(stored.get("campaigns", ())),
            goods=Goods(**{name: frozenset(stored.get(name, ())) for name in GOODS}),
            without=Goods(**{name: frozenset(stored.get(f"not_{name}", ())) for name in GOODS}),
            counting_from=None if begun is None else date.fromisoformat(begun),
            tiers=tuple(Tier(**tier) for tier in stored["tiers"]),
            status=rates,
        )


def _ids(texts: Sequence[str]) -> frozenset[UUID]:
    return frozenset(map(UUID, texts))


def _bad(part: str, allowed: str) -> InvalidTierProgramme:
    return InvalidTierProgramme(f"{part} are {allowed}", path=(part,))
