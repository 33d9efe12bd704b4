"""What is said of a partner's files: how they are written, what they hold, and against what they are held."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from domain.errors import InvalidValue
from domain.ids import CycleId, PartnerId
from domain.reconciliation.files import BeginFile, ControlTotals
from domain.reconciliation.mapping import (
    FieldName,
    Grain,
    Mapping,
    Place,
    Signs,
    Strategy,
    Told,
    Tolerances,
    Total,
)
from domain.reconciliation.words import FileFormat, RecordKind
from resolvers.context import Info
from schema.ids import GlobalId
from schema.scalars import CurrencyCode

NOBODY_YET = PartnerId(UUID(int=0))
"""Whose file it is, is said by the credential."""


@strawberry.input
class ReconciliationColumnInput:
    """What a column holds."""

    field: FieldName
    """What it is."""
    column: str
    """The name above it; its number from 1 where a CSV has no names; its key in JSON."""


@strawberry.input
class ReconciliationKindInput:
    """What a word in the column of the kinds means."""

    word: str
    """The partner's word."""
    kind: RecordKind
    """What it means."""


@strawberry.input
class ReconciliationTotalInput:
    """Where a control total stands in the file."""

    total: Total
    """What it counts."""
    place: Place
    """In which row."""
    cell: int
    """Which cell of that row, from 1."""


@strawberry.input
class ReconciliationTolerancesInput:
    """By how much file and ledger may differ and agree."""

    amount: int | None = None
    """In minor units; as the settings of settlement say, if not given."""
    points: int = 0
    """In points."""
    seconds: int | None = None
    """In seconds, at most two days; as the settings of settlement say, if not given."""


@strawberry.input
class ReconciliationMappingInput:
    """How a partner writes its files."""

    columns: list[ReconciliationColumnInput]
    """Which column is what; at least the time, one of points and amount, and one of reference and outlet."""
    format: FileFormat = FileFormat.CSV
    """How the file holds its rows."""
    encoding: str = "utf-8"
    """Of text."""
    delimiter: str = ","
    """The sign between cells."""
    quote: str = '"'
    """The sign around cells."""
    header_rows: int = 0
    """How many rows stand above the names."""
    has_names: bool = True
    """Whether a row of names stands above the rows."""
    trailer_rows: int = 0
    """How many rows stand below."""
    time_zone: str = "UTC"
    """Of times that name no offset."""
    time_format: str = "ISO"
    """ISO, EPOCH, EPOCH_MILLIS, or a form such as %d.%m.%Y %H:%M:%S."""
    decimal_sign: str = "."
    """A point or a comma."""
    thousands_sign: str = ""
    """Nothing, a point, a comma, a space or an apostrophe."""
    currency: CurrencyCode | None = None
    """Of the amounts, where no column says it; the coalition's if not given."""
    signs: Signs = Signs.NATURAL
    """What a minus means."""
    kinds: list[ReconciliationKindInput] = strawberry.field(default_factory=list)
    """What the words in the column of the kinds mean."""
    kind: RecordKind | None = None
    """The kind of all rows, where no column says it."""
    totals: list[ReconciliationTotalInput] = strawberry.field(default_factory=list)
    """Where control totals stand in the file."""
    grain: Grain = Grain.EACH
    """What one row stands for."""
    strategies: list[Strategy] = strawberry.field(default_factory=lambda: list(Strategy))
    """How many rows may belong to how many postings."""
    tolerances: ReconciliationTolerancesInput = strawberry.field(default_factory=ReconciliationTolerancesInput)
    """By how much the two may differ."""

    def to_mapping(self) -> Mapping:
        """The mapping. Raises: MappingInvalid."""
        plain: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                *("format", "encoding", "delimiter", "quote", "header_rows", "has_names", "trailer_rows", "time_zone"),
                *("time_format", "decimal_sign", "thousands_sign", "currency", "signs", "kind", "grain"),
            )
        }
        allowed = self.tolerances
        try:
            return Mapping(
                **plain,
                columns={one.field: one.column for one in self.columns},
                kinds={one.word: one.kind for one in self.kinds},
                totals={one.total: Told(place=one.place, cell=one.cell) for one in self.totals},
                strategies=frozenset(self.strategies),
                tolerances=Tolerances(amount=allowed.amount, points=allowed.points, seconds=allowed.seconds),
            )
        except InvalidValue as refusal:
            raise refusal.at("content") from None


@strawberry.input
class ReconciliationMappingSaveInput:
    """A mapping to keep; under a name that is taken it becomes the next version."""

    name: str
    """Its name, such as tills."""
    content: ReconciliationMappingInput
    """How the files are written."""
    partner: strawberry.ID | None = None
    """Whose files; only the coalition names it."""


@strawberry.input
class ReconciliationPreviewInput:
    """The beginning of a file, to see what a mapping makes of it."""

    content: ReconciliationMappingInput
    """The mapping."""
    sample: str
    """The first lines of a CSV, or of JSON lines; 64 KB are read, and the first 20 rows shown."""


@strawberry.input
class ControlTotalsInput:
    """What a file is said to hold; sums are those of the figures as they stand in it."""

    rows: int | None = None
    """How many rows."""
    points: Decimal | None = None
    """The sum of their points."""
    amount: Decimal | None = None
    """The sum of their amounts."""


@strawberry.input
class ReconciliationBeginInput:
    """A file that is to come."""

    mapping: str
    """The name of the mapping; its newest version counts."""
    name: str
    """The file's name."""
    sequence: int
    """The number of the file: a partner's files count up without a gap."""
    cycle: strawberry.ID | None = None
    """The cycle that it is held against; or a period."""
    starts_at: datetime | None = None
    """From when,"""
    ends_at: datetime | None = None
    """until when."""
    dry_run: bool = False
    """Compute everything, and keep the report alone."""
    control_totals: ControlTotalsInput | None = None
    """What it is said to hold; compared, and refused if that differs."""
    size: int | None = None
    """How many bytes, if that is known."""
    sha256: str | None = None
    """The SHA-256 of the whole file in hexadecimal, if that is known."""
    partner: strawberry.ID | None = None
    """Whose file; only the coalition names it."""

    def to_command(self, info: Info) -> BeginFile:
        """The command. Raises: InvalidValue."""
        totals = self.control_totals or ControlTotalsInput()
        return BeginFile(
            partner_id=NOBODY_YET,
            mapping=self.mapping,
            name=self.name,
            sequence=self.sequence,
            cycle_id=None if self.cycle is None else CycleId(info.context.global_ids.one("Cycle", self.cycle)),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            dry_run=self.dry_run,
            totals=ControlTotals(rows=totals.rows, points=totals.points, amount=totals.amount),
            size=self.size,
            sha256=_digest(self.sha256),
        )


@strawberry.input
class ReconciliationSubmitInput(ReconciliationBeginInput):
    """A small file, handed in at once."""

    content: str = ""
    """All of it, as text; the mapping's encoding is UTF-8 then."""


def partner_named(info: Info, partner: GlobalId | None) -> UUID | None:
    """The partner that the coalition names."""
    return None if partner is None else info.context.global_ids.one("Partner", partner)


def _digest(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InvalidValue("a SHA-256 has 64 hexadecimal digits", path=("sha256",)) from None
