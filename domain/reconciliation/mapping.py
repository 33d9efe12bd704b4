"""How one partner writes its files: which column is what, in which form times and figures stand, what is tolerated."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from collections.abc import Mapping as Named
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import InvalidValue
from domain.reconciliation.clock_faces import EPOCH, EPOCH_MILLIS, ISO, pattern_of
from domain.reconciliation.errors import MappingInvalid
from domain.reconciliation.words import FileFormat, RecordKind

LONGEST_NAME = 64
MOST_HEADERS = 100
LONGEST_TIME = timedelta(days=2)
TEXT_FORMATS = (FileFormat.CSV, FileFormat.JSON_LINES)


class FieldName(StrEnum):
    """What a column may hold."""

    REFERENCE = "reference"
    """The partner's own number of it, such as the receipt's."""
    KIND = "kind"
    """Purchase, return, redemption or reversal, in the partner's words."""
    OUTLET = "outlet"
    """The outlet's code."""
    OCCURRED_AT = "occurred_at"
    """When; the date alone where the time of day stands in a column of its own."""
    TIME_OF_DAY = "time_of_day"
    """The time of day, where it stands apart from the date."""
    POINTS = "points"
    """The points of it; may be nought."""
    AMOUNT = "amount"
    """What was paid, or paid back."""
    CURRENCY = "currency"
    """In which currency."""
    MEMBER = "member"
    """The partner's own number for the member."""


class Signs(StrEnum):
    """What a minus means."""

    NATURAL = "NATURAL"
    """As the member sees points and the shop sees money: what is earned or sold is positive, the rest negative."""
    REVERSED = "REVERSED"
    """The other way round."""
    NONE = "NONE"
    """All figures are positive; the kind tells the direction."""


class Grain(StrEnum):
    """What one row stands for."""

    EACH = "EACH"
    """One sale, return or redemption, or a part of one."""
    OUTLET_DAY = "OUTLET_DAY"
    """All of one kind of one outlet and day."""


class Strategy(StrEnum):
    """How many rows may belong to how many postings."""

    ONE_TO_ONE = "ONE_TO_ONE"
    """A row to a posting."""
    ONE_TO_MANY = "ONE_TO_MANY"
    """A row to several postings, which it sums up."""
    MANY_TO_ONE = "MANY_TO_ONE"
    """Several rows to a posting, which sums them up."""


class Total(StrEnum):
    """What a header or a trailer may tell."""

    SEQUENCE = "sequence"
    """The number of the file."""
    ROWS = "rows"
    """How many rows there are."""
    POINTS = "points"
    """The sum of their points, as they stand in the file."""
    AMOUNT = "amount"
    """The sum of their amounts, as they stand in the file."""


class Place(StrEnum):
    """Where a control total stands."""

    HEADER = "HEADER"
    """In the first of the header rows."""
    TRAILER = "TRAILER"
    """In the last row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Where a total stands."""

    place: Place
    cell: int
    """Which cell of that row, from one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """By how much two sides may differ and still agree."""

    amount: int | None = None
    """In minor units; None: as the settings of settlement say."""
    points: int = 0
    seconds: int | None = None
    """None: as the settings of settlement say."""

    def __post_init__(self) -> None:
        for name in ("amount", "points", "seconds"):
            if (getattr(self, name) or 0) < 0:
                raise MappingInvalid(f"a tolerance is not negative: {name}", path=("tolerances", name))
        if (self.seconds or 0) > LONGEST_TIME.total_seconds():
            raise MappingInvalid("times may lie apart by two days at most", path=("tolerances", "seconds"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A partner's files, as they are read. Raises on construction: MappingInvalid, naming the field."""

    columns: Named[FieldName, str]
    """Each by the name that stands above it, or by its number from one where there are no names."""
    format: FileFormat = FileFormat.CSV
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_rows: int = 0
    """How many rows stand above the names, or above the first row where there are no names."""
    has_names: bool = True
    """Whether a row of column names stands above the rows."""
    trailer_rows: int = 0
    time_zone: str = "UTC"
    """Of times that name no offset."""
    time_format: str = ISO
    decimal_sign: str = "."
    thousands_sign: str = ""
    currency: str | None = None
    """Of the amounts, where no column says it; None: the coalition's."""
    signs: Signs = Signs.NATURAL
    kinds: Named[str, RecordKind] = field(default_factory=dict)
    """The partner's words for kinds."""
    kind: RecordKind | None = None
    """The kind of all rows, where no column says it."""
    totals: Named[Total, Told] = field(default_factory=dict)
    grain: Grain = Grain.EACH
    strategies: frozenset[Strategy] = frozenset(Strategy)
    tolerances: Tolerances = field(default_factory=Tolerances)

    def __post_init__(self) -> None:
        self._check_columns()
        self._check_kinds()
        self._check_text()
        self._check_figures()
        self._check_times()
        self._check_frame()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times without an offset."""
        return ZoneInfo(self.time_zone)

    @property
    def reported(self) -> frozenset[RecordKind]:
        """The kinds such a file reports; postings of other kinds are not missed in it."""
        return frozenset(self.kinds.values()) if self.kind is None else frozenset({self.kind})

    def _check_columns(self) -> None:
        if FieldName.OCCURRED_AT not in self.columns:
            raise MappingInvalid("name the column that says when", path=("columns", "occurred_at"))
        if not {FieldName.POINTS, FieldName.AMOUNT} & set(self.columns):
            raise MappingInvalid("name the column of the points, or that of the amounts", path=("columns", "points"))
        if not {FieldName.REFERENCE, FieldName.OUTLET} & set(self.columns):
            raise MappingInvalid(
                "name the column of the numbers, or that of the outlets", path=("columns", "reference")
            )
        for name, column in self.columns.items():
            if not 0 < len(column) <= LONGEST_NAME or not column.isprintable():
                raise MappingInvalid(
                    f"a column's name has 1 to {LONGEST_NAME} printable characters", path=("columns", name)
                )
            if self.is_numbered and not (
                column.isascii() and column.isdigit() and 0 < int(column) <= MOST_HEADERS * 10
            ):
                raise MappingInvalid(
                    "without a row of names a column is named by its number, from 1", path=("columns", name)
                )
        if self.grain is Grain.OUTLET_DAY and FieldName.OUTLET not in self.columns:
            raise MappingInvalid("sums of an outlet's day need the column of the outlets", path=("columns", "outlet"))

    @property
    def is_numbered(self) -> bool:
        """Whether columns go by their numbers."""
        return self.format is FileFormat.CSV and not self.has_names

    def _check_kinds(self) -> None:
        has_column = FieldName.KIND in self.columns
        if has_column == (self.kind is not None):
            raise MappingInvalid("give the column of the kinds, or the one kind of all rows", path=("kind",))
        if has_column != bool(self.kinds):
            raise MappingInvalid("say what each word in the column of the kinds means", path=("kinds",))
        if any(not 0 < len(word) <= LONGEST_NAME for word in self.kinds):
            raise MappingInvalid(f"a word for a kind has 1 to {LONGEST_NAME} characters", path=("kinds",))

    def _check_text(self) -> None:
        try:
            codecs.lookup(self.encoding)
            "".encode(self.encoding)
        except (LookupError, ValueError):
            raise MappingInvalid(f"{self.encoding!r} is not the name of an encoding", path=("encoding",)) from None
        for name in ("delimiter", "quote"):
            sign = getattr(self, name)
            if len(sign) != 1 or sign in "\r\n\0" or sign.isalnum():
                raise MappingInvalid(f"the {name} is one sign, such as a comma or a tab", path=(name,))
        if self.delimiter == self.quote:
            raise MappingInvalid("cells are parted by another sign than they are quoted with", path=("quote",))

    def _check_figures(self) -> None:
        if self.decimal_sign not in {".", ","}:
            raise MappingInvalid("the decimal sign is a point or a comma", path=("decimal_sign",))
        if self.thousands_sign not in {"", ".", ",", " ", "'", "\u00a0", "\u202f"}:
            raise MappingInvalid(
                "thousands are parted by nothing, a point, a comma, a space or '", path=("thousands_sign",)
            )
        if self.thousands_sign == self.decimal_sign:
            raise MappingInvalid("thousands and decimals need different signs", path=("thousands_sign",))

    def _check_times(self) -> None:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = f"{self.time_zone!r} is no time zone such as Europe/Riga or UTC"
            raise MappingInvalid(message, path=("time_zone",)) from None
        if self.time_format not in {ISO, EPOCH, EPOCH_MILLIS}:
            try:
                pattern_of(self.time_format)
            except InvalidValue as problem:
                raise MappingInvalid(problem.message, path=("time_format",)) from None

    def _check_frame(self) -> None:
        for name in ("header_rows", "trailer_rows"):
            if not 0 <= getattr(self, name) <= MOST_HEADERS:
                raise MappingInvalid(f"{name} is 0 to {MOST_HEADERS}", path=(name,))
        if self.format is not FileFormat.CSV and (self.header_rows or self.trailer_rows or self.totals):
            raise MappingInvalid("only CSV has rows above and below; give the totals with the file", path=("totals",))
        for name, told in self.totals.items():
            there = self.header_rows if told.place is Place.HEADER else self.trailer_rows
            if not there or not 0 < told.cell <= MOST_HEADERS:
                raise MappingInvalid(f"there is no such cell of a {told.place.lower()} row", path=("totals", name))


def from_json(content: Named[str, Any]) -> Mapping:
    """A mapping as it is stored, or as somebody wrote it down. Raises: MappingInvalid."""
    known = {one.name for one in fields(Mapping)}
    for name in content:
        if name not in known:
            raise MappingInvalid(f"a mapping has no {name!r}; it has {', '.join(sorted(known))}", path=(str(name),))
    values = dict(content)
    readers: dict[str, Callable[[Any], Any]] = {
        "columns": lambda value: {_one(FieldName, "columns", key): str(column) for key, column in value.items()},
        "format": lambda value: _one(FileFormat, "format", value),
        "signs": lambda value: _one(Signs, "signs", value),
        "kinds": lambda value: {str(word): _one(RecordKind, "kinds", kind) for word, kind in value.items()},
        "kind": lambda value: None if value is None else _one(RecordKind, "kind", value),
        "totals": lambda value: {_one(Total, "totals", key): _told(told) for key, told in value.items()},
        "grain": lambda value: _one(Grain, "grain", value),
        "strategies": lambda value: frozenset(_one(Strategy, "strategies", one) for one in value),
        "tolerances": lambda value: Tolerances(**value),
    }
    for name, value in content.items():
        try:
            values[name] = readers[name](value) if name in readers else value
        except (TypeError, AttributeError, KeyError, ValueError):
            raise MappingInvalid(f"{name} is not of the form that docs/reconciliation.md shows", path=(name,)) from None
    try:
        return Mapping(**values)
    except TypeError:
        raise MappingInvalid("columns says which column is what", path=("columns",)) from None


def to_json(mapping: Mapping) -> dict[str, Any]:
    """The form in which a mapping is stored."""
    content: dict[str, Any] = {one.name: getattr(mapping, one.name) for one in fields(Mapping)}
    content["strategies"] = sorted(mapping.strategies)
    content["columns"] = {name.value: column for name, column in mapping.columns.items()}
    content["kinds"] = {word: kind.value for word, kind in mapping.kinds.items()}
    content["totals"] = {
        name.value: {"place": told.place.value, "cell": told.cell} for name, told in mapping.totals.items()
    }
    content["tolerances"] = {one.name: getattr(mapping.tolerances, one.name) for one in fields(Tolerances)}
    return content


def _told(value: Named[str, Any]) -> Told:
    return Told(place=_one(Place, "totals", value["place"]), cell=int(value["cell"]))


def _one(kinds: Any, name: str, value: object) -> Any:
    try:
        return kinds(value)
    except ValueError:
        listed = ", ".join(kind.value for kind in kinds)
        raise MappingInvalid(f"{name} knows no {value!r}; it is one of {listed}", path=(name,)) from None
