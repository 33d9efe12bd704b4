"""Cells become values: figures, times, kinds, each with the reason when one cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from domain.reconciliation.clock_faces import Skipped, instants, reader_of
from domain.reconciliation.mapping import FieldName, Mapping, Signs
from domain.reconciliation.words import Reason, RecordKind
from domain.values import MAX_POINTS, minor_digits

LONGEST_TEXT = 64
LONGEST_DETAIL = 80
REMEMBERED = 100_000
"""How many different cells are read once only."""
LARGEST_AMOUNT = 10**15
UNDECODED = "\ufffd"

TO_MEMBER = {RecordKind.PURCHASE: 1, RecordKind.RETURN: -1, RecordKind.REDEMPTION: -1, RecordKind.REVERSAL: 1}
"""Which way points go, seen from the member."""
TO_SHOP = {RecordKind.PURCHASE: 1, RecordKind.RETURN: -1}
"""Which way money goes, seen from the shop; redemptions move none in the ledger."""

Cells = Sequence[Any]
"""One value for each of FieldName, in its order; None where there is none."""


class Unreadable(Exception):
    """A cell that cannot be read."""

    def __init__(self, reason: Reason, cell: FieldName | None, detail: str) -> None:
        self.reason, self.cell = reason, cell
        self.detail = shortened(detail)
        super().__init__(detail)


class Record(NamedTuple):
    """A row of a file in the order in which it is stored."""

    row: int
    identity: UUID | None
    reference: str | None
    kind: str | None
    outlet_code: str | None
    occurred_at: datetime | None
    or_at: datetime | None
    points: int | None
    amount: int | None
    member: bytes | None
    reason: str | None
    cell: str | None
    detail: str | None


@dataclass(slots=True)
class Sums:
    """The file's own figures, as they stand in it."""

    rows: int = 0
    points: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


class Reader:
    """Reads rows by a mapping, and adds their figures up."""

    def __init__(
        self, mapping: Mapping, *, currency: str, member: Callable[[str], bytes | None] = lambda _value: None
    ) -> None:
        self.sums = Sums()
        self._mapping = mapping
        self._currency = currency
        self._digits = minor_digits(currency)
        self._member = member
        self._zone = mapping.zone
        self._time = reader_of(mapping.time_format)
        self._figure = figures(mapping.decimal_sign, mapping.thousands_sign)
        self._split = FieldName.TIME_OF_DAY in mapping.columns
        self._figures: dict[Any, Decimal] = {}

    def of(self, row: int, cells: Cells | Unreadable) -> Record:
        """A row as a record, or the record of a row that as such cannot be read."""
        if isinstance(cells, Unreadable):
            self.sums.rows += 1
            return self._rejected(row, None, cells)
        return self.record(row, cells)

    def record(self, row: int, cells: Cells) -> Record:
        """A row as a record; what cannot be read of it is said in it."""
        reference, kind, outlet, occurred_at, time_of_day, points, amount, currency, member = cells
        self.sums.rows += 1
        problems: list[Unreadable] = []
        raw_points = self._of(self._number, FieldName.POINTS, points, problems)
        raw_amount = self._of(self._number, FieldName.AMOUNT, amount, problems)
        if raw_points is not None:
            self.sums.points += raw_points
        if raw_amount is not None:
            self.sums.amount += raw_amount
        try:
            if problems:
                raise problems[0]
            meant = self._kind(kind)
            at, or_at = self._at(occurred_at, time_of_day)
            number = text(FieldName.REFERENCE, reference)
            code = text(FieldName.OUTLET, outlet)
            own = self._whole(raw_points, meant)
            paid = self._minor(raw_amount, meant, currency)
            key = None if member is None else self._member(text(FieldName.MEMBER, member) or "")
        except Unreadable as problem:
            return self._rejected(row, reference, problem)
        identity = _identity(number, meant, code, at, own, paid)
        return Record(row, identity, number, meant.value, code, at, or_at, own, paid, key, None, None, None)

    @staticmethod
    def _rejected(row: int, reference: Any, problem: Unreadable) -> Record:
        number = None if reference is None else shortened(str(reference))
        cell = problem.cell.value if problem.cell else None
        return Record(row, None, number, *(None,) * 7, problem.reason.value, cell, problem.detail)

    @staticmethod
    def _of(read: Callable[..., Any], name: FieldName, value: Any, problems: list[Unreadable]) -> Any:
        try:
            return read(name, value)
        except Unreadable as problem:
            problems.append(problem)
            return None

    def _number(self, name: FieldName, value: Any) -> Decimal | None:
        if value is None:
            if name in self._mapping.columns and name is FieldName.POINTS:
                raise Unreadable(Reason.CELL_EMPTY, name, "the cell is empty; points may be 0")
            return None
        known = self._figures.get(value) if isinstance(value, str) else None
        if known is None:
            known = self._figure(name, value)
            if isinstance(value, str) and len(self._figures) < REMEMBERED:
                self._figures[value] = known
        return known

    def _kind(self, value: Any) -> RecordKind:
        if self._mapping.kind is not None:
            return self._mapping.kind
        if value is None:
            raise Unreadable(Reason.CELL_EMPTY, FieldName.KIND, "the cell is empty")
        kind = self._mapping.kinds.get(str(value))
        if kind is None:
            known = ", ".join(self._mapping.kinds)
            raise Unreadable(Reason.KIND_UNKNOWN, FieldName.KIND, f"{value!r} is none of {known}")
        return kind

    def _at(self, value: Any, time_of_day: Any) -> tuple[datetime, datetime | None]:
        if value is None or (self._split and time_of_day is None):
            raise Unreadable(Reason.CELL_EMPTY, FieldName.OCCURRED_AT, "the cell is empty")
        try:
            if isinstance(value, datetime):
                return instants(value, self._zone)
            if isinstance(value, date):
                return instants(datetime.combine(value, datetime.min.time()), self._zone)
            written = f"{value} {time_of_day}" if self._split else str(value)
            return instants(self._time(written), self._zone)
        except Skipped:
            said = f"the clocks of {self._mapping.time_zone} skipped {value!s}"
            raise Unreadable(Reason.TIME_SKIPPED, FieldName.OCCURRED_AT, said) from None
        except (ValueError, OverflowError, InvalidOperation):
            said = f"{value!s} is no time of the form {self._mapping.time_format}"
            raise Unreadable(Reason.NOT_A_TIME, FieldName.OCCURRED_AT, said) from None

    def _whole(self, points: Decimal | None, kind: RecordKind) -> int | None:
        if points is None:
            return None
        if points != points.to_integral_value() or abs(points) > MAX_POINTS:
            raise Unreadable(Reason.NOT_A_NUMBER, FieldName.POINTS, f"points are whole numbers, not {points}")
        return self._turned(int(points), TO_MEMBER[kind])

    def _minor(self, amount: Decimal | None, kind: RecordKind, currency: Any) -> int | None:
        named = self._currency if self._mapping.currency is None else self._mapping.currency
        if FieldName.CURRENCY in self._mapping.columns:
            named = str(currency)
        if amount is None or kind not in TO_SHOP:
            return None
        if named != self._currency:
            said = f"{named} is not {self._currency}, in which the coalition settles"
            raise Unreadable(Reason.CURRENCY, FieldName.CURRENCY, said)
        minor = amount.scaleb(self._digits)
        if minor != minor.to_integral_value():
            said = f"{amount} has more decimals than {self._currency}"
            raise Unreadable(Reason.TOO_MANY_DECIMALS, FieldName.AMOUNT, said)
        if abs(minor) > LARGEST_AMOUNT:
            raise Unreadable(Reason.NOT_A_NUMBER, FieldName.AMOUNT, f"{amount} is too large")
        return self._turned(int(minor), TO_SHOP[kind])

    def _turned(self, figure: int, direction: int) -> int:
        """A figure of the file, the way the ledger sees it."""
        match self._mapping.signs:
            case Signs.NATURAL:
                return figure
            case Signs.REVERSED:
                return -figure
            case Signs.NONE:
                return figure * direction


def text(name: FieldName, value: Any) -> str | None:
    """A short text; none where there is none, as the outlet of a web shop. Raises: Unreadable."""
    if value is None:
        return None
    written = str(value)
    if UNDECODED in written:
        raise Unreadable(Reason.TEXT, name, f"{written!r} holds what the mapping's encoding does not know")
    if len(written) > LONGEST_TEXT or not written.isprintable():
        raise Unreadable(
            Reason.TEXT, name, f"{shortened(written)!r} is longer than {LONGEST_TEXT} printable characters"
        )
    return written


def figures(decimal_sign: str, thousands_sign: str) -> Callable[[FieldName, Any], Decimal]:
    """Reads numbers with these signs: a minus before or behind, or brackets; exact, whatever the column's type."""
    point, apart = re.escape(decimal_sign), re.escape(thousands_sign)
    grouped = rf"\d{{1,3}}(?:{apart}\d{{3}})+|" if thousands_sign else ""
    form = re.compile(rf"(\(?)([+-]?)({grouped}\d{{1,18}})(?:{point}(\d{{1,12}}))?(-?)(\)?)", re.ASCII)

    def read(name: FieldName, value: Any) -> Decimal:
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            number = Decimal(value)
            if number.is_finite() and number.adjusted() < 30:  # noqa: PLR2004  # far beyond any sum of money
                return number
        written = value.strip() if isinstance(value, str) else _shortest(value, decimal_sign)
        found = form.fullmatch(written)
        if (
            found is None
            or (found[1] == "(") != (found[6] == ")")
            or sum(map(bool, (found[1], found[2], found[5]))) > 1
        ):
            raise Unreadable(
                Reason.NOT_A_NUMBER, name, f"{shortened(written)!r} is no number such as 1{decimal_sign}50"
            )
        whole = found[3].replace(thousands_sign, "") if thousands_sign else found[3]
        negative = found[1] or found[2] == "-" or found[5]
        return Decimal(f"{'-' if negative else ''}{whole}{'.' if found[4] else ''}{found[4] or ''}")

    return read


def _shortest(value: Any, decimal_sign: str) -> str:
    """A binary fraction by its shortest decimal digits, as whoever wrote it meant it."""
    try:
        return format(Decimal(str(value)), "f").replace(".", decimal_sign)
    except (InvalidOperation, ValueError):
        return str(value)


def shortened(written: str) -> str:
    """Not more of a cell than says what it is, and nothing in it that cannot be stored."""
    plain = "".join(sign if sign.isprintable() else "·" for sign in written[: LONGEST_DETAIL + 1])
    return plain if len(plain) <= LONGEST_DETAIL else plain[:LONGEST_DETAIL] + "…"


def _identity(*says: Any) -> UUID:
    joined = "\x1f".join(["" if one is None else str(one) for one in says])
    return UUID(bytes=blake2b(joined.encode(), digest_size=16).digest())
