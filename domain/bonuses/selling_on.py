"""What firms sold on, by the reports that a partner hands in: each row checked, the same report taken once.

A row of a firm and number that was told before takes the place of the earlier one, so a later report corrects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.bonuses.errors import InvalidSoldOnReport
from domain.errors import DomainError, InvalidValue
from domain.ids import PartnerId, new_id
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef, recognise
from domain.values import check_text

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MOST_ROWS = 5_000
LONGEST_NAME = 120
LONGEST_REFERENCE = 64
LARGEST = 10**12
DECIMALS = 6
OLDEST = timedelta(days=800)

_TAKE = "SELECT * FROM take_sold_on($1::jsonb, $2::jsonb, $3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldOnRow:
    """A firm sold something on. What it took back stands with a minus."""

    firm: str
    """The partner's own number for the firm."""
    reference: str
    """The firm's own number of it: invoice and line, or period and article."""
    sku: str
    """In the catalogue of the partner that reports."""
    day: date
    quantity: Decimal
    value: int
    """In minor units of the coalition's currency."""
    customer: str | None = None
    """To whom, in the firm's own numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that was not taken."""

    number: int
    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of a report."""

    report_id: UUID
    taken: int
    replaced: int
    """Rows of earlier reports that its rows took the place of."""
    refused: tuple[RefusedRow, ...]
    replayed: bool
    """It had been handed in before, and nothing happened."""


async def take_in(
    pool: Pool, partner_id: PartnerId, name: str, rows: Sequence[SoldOnRow], *, lookup_key: bytes, now: datetime
) -> TakenIn:
    """Take a report in: what is sound counts from now on, what is not is told row by row.

    Raises: InvalidSoldOnReport, InvalidValue.
    """
    check_text("name", name, LONGEST_NAME)
    if not 0 < len(rows) <= MOST_ROWS:
        raise InvalidSoldOnReport(f"a report has 1 to {MOST_ROWS} rows; hand in several", path=("rows",))
    told = list(enumerate(rows, 1))
    faults = _faults(told, now)
    sound = [(number, row) for number, row in told if number not in faults]
    refs = [MemberRef(identifier=Identifier.external(row.firm, partner_id)) for _, row in sound]
    members = await recognise(pool, refs, partner_id, key=lookup_key, now=now)
    report = {
        "report_id": new_id(),
        "partner_id": partner_id,
        "digest": "\\x" + _digest(rows).hex(),
        "name": name,
        "refused": [{"number": number, "field": field, "why": why} for number, (field, why) in faults.items()],
    }
    items = [
        _item(number, row, None if member is None else member.member_id)
        for (number, row), member in zip(sound, members, strict=True)
    ]
    said = [orjson.dumps(part, default=str).decode() for part in (report, items)]
    taken = await pool.fetchrow(_TAKE, *said, now)
    assert taken is not None
    refused = sorted(orjson.loads(taken["refused"]), key=lambda one: one["number"])
    return TakenIn(**{**dict(taken), "refused": tuple(RefusedRow(**one) for one in refused)})


def _digest(rows: Sequence[SoldOnRow]) -> bytes:
    written = [[str(getattr(row, name)) for name in SoldOnRow.__dataclass_fields__] for row in rows]
    return hashlib.sha256(orjson.dumps(written)).digest()


def _item(number: int, row: SoldOnRow, member_id: UUID | None) -> dict[str, Any]:
    return {
        "number": number,
        "member_id": member_id,
        "reference": row.reference,
        "sku": row.sku,
        "day": row.day,
        "quantity": row.quantity,
        "value": row.value,
        "customer": row.customer,
    }


def _faults(rows: Sequence[tuple[int, SoldOnRow]], now: datetime) -> dict[int, tuple[str, str]]:
    """What is wrong with rows, by their number; a number of a firm that comes twice is wrong the second time."""
    faults: dict[int, tuple[str, str]] = {}
    known: set[tuple[str, str]] = set()
    for number, row in rows:
        try:
            _check(row, now)
        except DomainError as fault:
            faults[number] = (fault.path[-1] if fault.path else "row", fault.message)
            continue
        if (row.firm, row.reference) in known:
            faults[number] = ("reference", "this firm's number stands in the report already")
        known.add((row.firm, row.reference))
    return faults


def _check(row: SoldOnRow, now: datetime) -> None:
    Identifier.external(row.firm, PartnerId(UUID(int=0)))
    check_text("reference", row.reference, LONGEST_REFERENCE)
    check_text("sku", row.sku, LONGEST_REFERENCE)
    if row.customer is not None:
        check_text("customer", row.customer, LONGEST_REFERENCE)
    if not (now - OLDEST).date() <= row.day <= (now + timedelta(days=1)).date():
        raise InvalidValue(f"day is in the past, at most {OLDEST.days} days ago", path=("day",))
    exponent = row.quantity.as_tuple().exponent
    if not isinstance(exponent, int) or abs(row.quantity) > LARGEST or exponent < -DECIMALS:
        raise InvalidValue(f"quantity is a number with at most {DECIMALS} decimals", path=("quantity",))
    if abs(row.value) > LARGEST:
        raise InvalidValue(f"value is at most {LARGEST} minor units", path=("value",))
    if row.quantity * row.value < 0:
        raise InvalidValue("quantity and value have the same sign", path=("quantity",))
