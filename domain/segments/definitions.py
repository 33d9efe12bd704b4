"""Who belongs to a segment: parts that must all hold, or a list of members; checked, stored as JSON, fingerprinted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from domain.ids import PartnerId, SegmentId
from domain.segments.errors import InvalidSegment
from domain.segments.forms import FLAG, IDS, TEXT, TEXTS, WHOLE, WHOLES, check, named, read_parts, written

LONGEST_DAYS = 1_100
MOST_PARTS = 12
MOST_PURCHASES = 100_000
LARGEST_AMOUNT = 10**12
MONTHS = frozenset(range(1, 13))


class PartKind(StrEnum):
    """What a part of a definition asks."""

    RECENCY = "RECENCY"
    """Bought within so many days, or not for so long."""
    FREQUENCY = "FREQUENCY"
    """How often within so many days."""
    SPEND = "SPEND"
    """For how much within so many days."""
    GOODS = "GOODS"
    """Bought goods of a category or brand within so many days, or none."""
    PARTNER_MIX = "PARTNER_MIX"
    """At how many partners, or at which."""
    PROFILE = "PROFILE"
    """What members told of themselves."""
    JOINED = "JOINED"
    """New within so many days."""
    ANSWERED = "ANSWERED"
    """What members answered to the owner's survey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recency:
    """Bought within so many days; or did not buy for so long."""

    kind: ClassVar[PartKind] = PartKind.RECENCY
    days: int = field(metadata=WHOLE)
    bought: bool = field(default=True, metadata=FLAG)
    partners: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)
    """Only at these partners; none named: at all the owner may look at."""

    def __post_init__(self) -> None:
        _check_days(self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """At least, or at most, so many purchases within so many days."""

    kind: ClassVar[PartKind] = PartKind.FREQUENCY
    days: int = field(metadata=WHOLE)
    at_least: int | None = field(default=None, metadata=WHOLE)
    at_most: int | None = field(default=None, metadata=WHOLE)
    partners: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)

    def __post_init__(self) -> None:
        _check_days(self.days)
        _check_range(self.at_least, self.at_most, MOST_PURCHASES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """Purchases of at least, or at most, so many minor units in all within so many days."""

    kind: ClassVar[PartKind] = PartKind.SPEND
    days: int = field(metadata=WHOLE)
    at_least: int | None = field(default=None, metadata=WHOLE)
    at_most: int | None = field(default=None, metadata=WHOLE)
    partners: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)

    def __post_init__(self) -> None:
        _check_days(self.days)
        _check_range(self.at_least, self.at_most, LARGEST_AMOUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Bought goods of one of the categories, and of one of the brands, within so many days; or none of them."""

    kind: ClassVar[PartKind] = PartKind.GOODS
    days: int = field(metadata=WHOLE)
    categories: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    brands: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    bought: bool = field(default=True, metadata=FLAG)
    at_least: int | None = field(default=None, metadata=WHOLE)
    """For so many minor units in all; none said: for any amount."""
    partners: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)

    def __post_init__(self) -> None:
        _check_days(self.days)
        if not self.categories and not self.brands:
            raise InvalidSegment("name the categories, the brands, or both", path=("categories",))
        _check_bound("at_least", self.at_least, LARGEST_AMOUNT)
        check("at_least", "for goods that were bought", holds=self.bought or self.at_least is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerMix:
    """Bought at so many different partners within so many days, or at each of these."""

    kind: ClassVar[PartKind] = PartKind.PARTNER_MIX
    days: int = field(metadata=WHOLE)
    at_least: int | None = field(default=None, metadata=WHOLE)
    partners: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)

    def __post_init__(self) -> None:
        _check_days(self.days)
        _check_bound("at_least", self.at_least, 1_000, lowest=1)
        if self.at_least is None and not self.partners:
            raise InvalidSegment("say at how many partners, or name them", path=("at_least",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Members whose own words agree, and who allow offers by them."""

    kind: ClassVar[PartKind] = PartKind.PROFILE
    birthday_months: frozenset[int] = field(default=frozenset(), metadata=WHOLES)
    languages: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    """Such as lv; en is also said of en-GB."""

    def __post_init__(self) -> None:
        if not self.birthday_months and not self.languages:
            raise InvalidSegment("name months, languages, or both", path=("birthday_months",))
        check("birthday_months", "some of 1 to 12", holds=self.birthday_months <= MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """New within so many days: known to the owner for no longer; to the coalition, a member for no longer."""

    kind: ClassVar[PartKind] = PartKind.JOINED
    days: int = field(metadata=WHOLE)

    def __post_init__(self) -> None:
        _check_days(self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Answered a question of the owner's survey within so many days, last in one of these ways; allows offers by it.

    Without bounds and options: answered it at all.
    """

    kind: ClassVar[PartKind] = PartKind.ANSWERED
    survey: str = field(metadata=TEXT)
    """What the survey is called."""
    question: str = field(metadata=TEXT)
    days: int = field(metadata=WHOLE)
    any_of: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    """By one of these options; to a question of yes or no: yes, no."""
    at_least: int | None = field(default=None, metadata=WHOLE)
    at_most: int | None = field(default=None, metadata=WHOLE)

    def __post_init__(self) -> None:
        _check_days(self.days)
        bounds = [one for one in (self.at_least, self.at_most) if one is not None]
        check("any_of", "said, or bounds; not both", holds=not (self.any_of and bounds))
        check("at_least", f"at most {LARGEST_AMOUNT}", holds=all(abs(one) <= LARGEST_AMOUNT for one in bounds))
        check("at_most", "not below at_least", holds=bounds == sorted(bounds))


Part = Recency | Frequency | Spend | Goods | PartnerMix | Profile | Joined | Answered
_CLASSES: dict[PartKind, type[Part]] = {
    part.kind: part for part in (Recency, Frequency, Spend, Goods, PartnerMix, Profile, Joined, Answered)
}
CONSENTED = (PartnerMix, Profile, Answered)
"""Parts that look beyond the owner's own tills: only at members who allow offers by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Parts that must all hold; without parts, a list of members that its owner keeps."""

    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        check("parts", f"at most {MOST_PARTS}", holds=len(self.parts) <= MOST_PARTS)

    @property
    def by_list(self) -> bool:
        """Whether members are put in by hand."""
        return not self.parts

    @property
    def consented(self) -> bool:
        """Whether it looks at what members have to allow."""
        return any(isinstance(part, CONSENTED) for part in self.parts)

    @property
    def asked(self) -> list[Asked]:
        """Its parts, one by one."""
        return list(map(Asked, self.parts))

    def check_owner(self, owner: PartnerId | None) -> None:
        """Hold the definition to what its owner may look at; the coalition (None) may look at all.

        Raises: InvalidSegment.
        """
        for number, part in enumerate(self.parts):
            if owner is not None and not isinstance(part, PartnerMix) and not _places(part) <= {owner}:
                raise InvalidSegment(
                    "a partner's segment looks at its own purchases; where else members bought is asked by PARTNER_MIX",
                    path=("parts", str(number), "partners"),
                )

    def named_partners(self) -> frozenset[PartnerId]:
        """All partners that its parts name."""
        return frozenset[PartnerId]().union(*map(_places, self.parts))

    def to_json(self) -> dict[str, Any]:
        """The definition as stored."""
        return {"parts": [{"kind": part.kind.value} | written(part) for part in self.parts]} if self.parts else {}

    @classmethod
    def from_json(cls, stored: Any) -> Definition:
        """The definition out of its stored form; an empty object is a list. Raises: InvalidSegment, naming the part."""
        if not isinstance(stored, Mapping):
            raise InvalidSegment('a definition is an object such as {"parts": [{"kind": "RECENCY", "days": 30}]}')
        for name in stored:
            if name != "parts":
                raise InvalidSegment(f"there is no {name!r} here; there is parts", path=(str(name),))
        parts = stored.get("parts", [])
        if not isinstance(parts, list) or ("parts" in stored and not parts):
            raise InvalidSegment("parts is a list of one or more; a segment by list has none at all", path=("parts",))
        return cls(parts=named("parts", _read_all, parts))

    def fingerprint(self) -> bytes:
        """A digest of the definition; two alike have the same."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()


def part_from_json(stored: Any) -> Part:
    """A part out of its stored form. Raises: InvalidSegment, naming the field."""
    said = dict(stored) if isinstance(stored, Mapping) else {}
    kind = said.pop("kind", None)
    if not isinstance(kind, str) or kind not in PartKind.__members__:
        raise InvalidSegment(f"{kind!r} is no kind of part; there is {', '.join(PartKind)}", path=("kind",))
    return read_parts(_CLASSES[PartKind(kind)], said)


def _read_all(parts: list[Any]) -> tuple[Part, ...]:
    return tuple(named(str(number), part_from_json, part) for number, part in enumerate(parts))


def _places(part: Part) -> frozenset[PartnerId]:
    return getattr(part, "partners", frozenset())


def _check_days(days: int) -> None:
    check("days", f"1 to {LONGEST_DAYS}", holds=1 <= days <= LONGEST_DAYS)


def _check_bound(name: str, bound: int | None, highest: int, *, lowest: int = 0) -> None:
    check(name, f"{lowest} to {highest}", holds=bound is None or lowest <= bound <= highest)


def _check_range(at_least: int | None, at_most: int | None, highest: int) -> None:
    _check_bound("at_least", at_least, highest)
    _check_bound("at_most", at_most, highest)
    if at_least is None and at_most is None:
        raise InvalidSegment("say at_least, at_most, or both", path=("at_least",))
    check("at_most", "not below at_least", holds=at_least is None or at_most is None or at_least <= at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A named group of members, as it stands."""

    segment_id: SegmentId
    owner: PartnerId | None
    """None: the coalition."""
    name: str
    version: int
    definition: Definition
    shared_with: frozenset[PartnerId]
    """Partners that may name it in campaigns of theirs."""
    refresh_hours: int
    made_at: datetime
    refreshed_at: datetime | None
    """None: not yet under this definition."""
    size: int
    """Members in it as of the last refresh."""
    retired_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be looked at again."""
        return self.refreshed_at is None or now >= self.refreshed_at + timedelta(hours=self.refresh_hours)

    @property
    def shown_size(self) -> int | None:
        """How many members are in it, as far as that is told (`shown`)."""
        return shown(self.size, self.definition)


SMALLEST_SHOWN = 10


def shown(count: int, definition: Definition) -> int | None:
    """A number of members as it is told: None below ten; in full tens, where it stands on what members have to allow.

    A list is its owner's own, and told exactly. Small numbers, and differences of numbers, would tell of one member.
    """
    if definition.by_list:
        return count
    if count < SMALLEST_SHOWN:
        return None
    return count - count % SMALLEST_SHOWN if definition.consented else count


@dataclass(frozen=True, slots=True)
class Asked:
    """One part of a definition, whatever its kind."""

    part: Part
