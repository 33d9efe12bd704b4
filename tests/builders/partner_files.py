"""Partners' files with known defects, made from real postings; every defect comes with what is to be found of it.

made = make_file(await posted(pool, partner_id, starts, ends), {Defect.MISSING: 3, Defect.DOUBLED: 2}, Random(1))
content = written(made.rows)               # as CSV that MAPPING reads
assert found_of(...) == made.expected      # nothing missed, nothing invented
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from domain.reconciliation.mapping import FieldName, Mapping, Tolerances
from domain.reconciliation.words import Outcome, Reason, RecordKind

HEADINGS = ("receipt", "kind", "shop", "time", "points", "amount")
WORDS = {"S": RecordKind.PURCHASE, "R": RecordKind.RETURN, "P": RecordKind.REDEMPTION, "X": RecordKind.REVERSAL}
TIME = "%Y-%m-%d %H:%M:%S"
COLUMNS = dict(
    zip(
        (
            *(FieldName.REFERENCE, FieldName.KIND, FieldName.OUTLET),
            *(FieldName.OCCURRED_AT, FieldName.POINTS, FieldName.AMOUNT),
        ),
        HEADINGS,
        strict=True,
    )
)

LEDGER = """
SELECT e.kind, e.reference, o.code AS outlet, e.occurred_at, e.entry_id,
    COALESCE((SELECT sum(CASE WHEN t.kind IN ('ACCRUE', 'UNREDEEM') THEN t.points
            WHEN t.kind IN ('REDEEM', 'CLAWBACK') THEN -t.points ELSE 0 END)
        FROM transfer t WHERE t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id), 0)::bigint AS points,
    COALESCE((SELECT p.total FROM purchase p WHERE p.wallet_id = e.wallet_id AND p.entry_id = e.entry_id),
        (SELECT -sum(x) FROM purchase_return r, unnest(r.amounts) x
            WHERE r.wallet_id = e.wallet_id AND r.entry_id = e.entry_id))::bigint AS amount
FROM entry e LEFT JOIN outlet o ON o.outlet_id = e.outlet_id
WHERE e.partner_id = $1 AND e.kind IN ('PURCHASE', 'RETURN', 'REDEMPTION', 'CAPTURE', 'REVERSAL')
    AND ($2::uuid IS NULL OR e.cycle_id = $2) AND ($3::timestamptz IS NULL OR e.occurred_at >= $3)
    AND ($4::timestamptz IS NULL OR e.occurred_at < $4)
ORDER BY e.occurred_at, e.entry_id
"""


class Defect(StrEnum):
    """What may be wrong with a file."""

    MISSING = "MISSING"
    """A row is left out."""
    DOUBLED = "DOUBLED"
    """A row is there twice."""
    LATE = "LATE"
    """A row is left out, and comes with the next file."""
    AMOUNT = "AMOUNT"
    """A row has another amount."""
    POINTS = "POINTS"
    """A row has other points."""
    SIGN = "SIGN"
    """A row has the other sign."""
    EXTRA = "EXTRA"
    """A row is there that never was."""
    TIME_ZONE = "TIME_ZONE"
    """All times are those of another zone; the count is in half hours."""
    UNREADABLE = "UNREADABLE"
    """A cell of a row cannot be read, so that the posting is missed as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """What a partner reports of one posting, as its file holds it."""

    reference: str | None
    kind: RecordKind
    outlet: str | None
    occurred_at: datetime
    points: int
    amount: int | None
    broken: bool = False


Found = tuple[Outcome, Reason | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """A file, and what is to be found in it."""

    rows: list[FileRow]
    expected: Counter[Found]
    """Everything but what is simply matched."""
    matched: int
    """How many rows are."""
    withheld: list[FileRow] = field(default_factory=list)
    """What comes with the next file."""
    shift: timedelta = timedelta(0)


def mapping(**changes: Any) -> Mapping:
    """How such files are read."""
    usual: dict[str, Any] = {
        "columns": COLUMNS,
        "kinds": WORDS,
        "time_format": TIME,
        "tolerances": Tolerances(seconds=300),
    }
    return Mapping(**usual | changes)


async def posted(
    pool: asyncpg.Pool[asyncpg.Record],
    partner_id: UUID,
    *,
    cycle_id: UUID | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> list[FileRow]:
    """What the ledger holds of a partner, as a faultless file would report it."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("SET LOCAL app.sight = 'coalition'")
        rows = await connection.fetch(LEDGER, partner_id, cycle_id, starts_at, ends_at)
    return [
        FileRow(
            reference=row["reference"],
            kind=RecordKind.REDEMPTION if row["kind"] == "CAPTURE" else RecordKind(row["kind"]),
            outlet=row["outlet"],
            occurred_at=row["occurred_at"],
            points=row["points"],
            amount=row["amount"],
        )
        for row in rows
    ]


def make_file(
    postings: Sequence[FileRow], defects: Named[Defect, int], random: Random, *, carried: Sequence[FileRow] = ()
) -> MadeFile:
    """A file of these postings with so many defects of each kind, never two of them in one row.

    `carried` is what an earlier file withheld. Only rows with a number of their own are made defective, since of two
    that are alike in everything nobody can say which is wrong.
    """
    numbers = Counter(row.reference for row in postings)
    fit = [place for place, row in enumerate(postings) if row.reference and numbers[row.reference] == 1]
    random.shuffle(fit)
    single = {kind: count for kind, count in defects.items() if kind not in {Defect.TIME_ZONE, Defect.EXTRA}}
    chosen: dict[int, Defect] = {}
    for kind, count in single.items():
        apt = [place for place in fit if place not in chosen and _can(kind, postings[place])]
        chosen |= dict.fromkeys(apt[:count], kind)
    rows: list[FileRow] = list(carried)
    expected: Counter[Found] = Counter((Outcome.LATE, Reason.RECORD_LATE, row.reference) for row in carried)
    withheld = []
    for place, row in enumerate(postings):
        made, found = _spoilt(row, chosen.get(place), random)
        rows += made
        expected.update(found)
        withheld += [row] if chosen.get(place) is Defect.LATE else []
    for number in range(defects.get(Defect.EXTRA, 0) if fit else 0):
        extra = replace(postings[random.choice(fit)], reference=f"NEVER-{number}-{random.randrange(10**9)}")
        rows.insert(random.randrange(len(rows) + 1), extra)
        expected[Outcome.MISSING_IN_LEDGER, None, extra.reference] += 1
    shift = timedelta(minutes=30 * defects.get(Defect.TIME_ZONE, 0))
    wrong = {Defect.MISSING, Defect.LATE, Defect.AMOUNT, Defect.POINTS, Defect.SIGN, Defect.UNREADABLE}
    matched = len(postings) - sum(kind in wrong for kind in chosen.values())
    shifted = [replace(row, occurred_at=row.occurred_at + shift) for row in rows]
    return MadeFile(rows=shifted, expected=expected, matched=matched, withheld=withheld, shift=shift)


def _can(kind: Defect, row: FileRow) -> bool:
    match kind:
        case Defect.AMOUNT:
            return row.amount is not None
        case Defect.SIGN:
            return bool(row.amount or row.points)
        case _:
            return True


def _spoilt(  # noqa: PLR0911 - a case for each defect
    row: FileRow, kind: Defect | None, random: Random
) -> tuple[list[FileRow], list[Found]]:
    """What the file has of a posting, and what is to be found of that."""
    amount = row.amount or 0
    differs = Outcome.AMOUNT_DIFFERS
    match kind:
        case Defect.MISSING | Defect.LATE:
            return [], [(Outcome.MISSING_IN_FILE, None, row.reference)]
        case Defect.DOUBLED:
            return [row, row], [(Outcome.DUPLICATE, Reason.IDENTICAL, row.reference)]
        case Defect.AMOUNT:
            wrong = (
                amount + random.choice([-1, 1]) * random.randint(1, 5000) + (2 * abs(amount) + 1 if amount < 0 else 0)
            )
            wrong = wrong if wrong not in {amount, -amount} else amount + 1 + 2 * abs(amount)
            return [replace(row, amount=wrong)], [(differs, Reason.AMOUNT, row.reference)]
        case Defect.POINTS:
            wrong = row.points + 1 + abs(row.points) * 2
            return [replace(row, points=wrong)], [(differs, Reason.POINTS, row.reference)]
        case Defect.SIGN:
            other = None if row.amount is None else -row.amount
            return [replace(row, points=-row.points, amount=other)], [(differs, Reason.SIGN, row.reference)]
        case Defect.UNREADABLE:
            missed = (Outcome.MISSING_IN_FILE, None, row.reference)
            return [replace(row, broken=True)], [(Outcome.REJECTED, Reason.NOT_A_TIME, row.reference), missed]
    return [row], []


def written(rows: Sequence[FileRow], *, zone: str = "UTC", digits: int = 2) -> bytes:
    """Rows as CSV, with the times of a zone."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    word = {kind: name for name, kind in WORDS.items()}
    for row in rows:
        at = "soon" if row.broken else row.occurred_at.astimezone(ZoneInfo(zone)).strftime(TIME)
        amount = "" if row.amount is None else f"{Decimal(row.amount).scaleb(-digits):.{digits}f}"
        writer.writerow([row.reference or "", word[row.kind], row.outlet or "", at, row.points, amount])
    return out.getvalue().encode()


FOUND = """
SELECT r.outcome, r.reason, r.reference FROM partner_record r WHERE r.file_id = $1
    AND (r.outcome <> 'MATCHED' OR r.reason IN ('TIME', 'OUTLET'))
UNION ALL
SELECT p.outcome, p.reason, p.reference FROM partner_posting p WHERE p.file_id = $1 AND p.match IS NULL
"""


async def found_of(pool: asyncpg.Pool[asyncpg.Record], file_id: UUID) -> Counter[Found]:
    """What was found in a file, in the words of `MadeFile.expected`."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("SET LOCAL app.sight = 'coalition'")
        rows = await connection.fetch(FOUND, file_id)
    return Counter(
        (Outcome(row["outcome"]), Reason(row["reason"]) if row["reason"] else None, row["reference"]) for row in rows
    )
