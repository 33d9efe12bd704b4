"""Rows of reconciliation: how partners write their files, the files, what stood in them, what is to be cleared up."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKeyConstraint, Index, LargeBinary, Numeric, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.reconciliation.words import ExceptionState, FileState, Outcome, Resolution, Severity, Suggestion
from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Digest: Any = LargeBinary


def _one_of(column: str, kinds: type[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(kind.value) for kind in kinds)})"


def _within_partner(column: str, target: str) -> ForeignKeyConstraint:
    """A key to something of the same partner: an id of another's is refused as one that nobody has."""
    table, _, key = target.partition(".")
    return ForeignKeyConstraint([column, "partner_id"], [f"{table}.{key}", f"{table}.partner_id"])


class ReconciliationMapping(Row, table=True):
    """One version of how a partner writes its files; it never changes."""

    __tablename__ = "reconciliation_mapping"
    mapping_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    name: str
    version: int
    content: dict[str, Any] = Field(sa_type=JSONB)
    """domain/reconciliation/mapping.py has the form."""
    created_by: UUID | None = None
    """None: one of the partner's programs, or the command line."""
    created_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Unique("partner_id", "name", "version"),
        Unique("mapping_id", "partner_id"),
        CheckConstraint("version > 0", name="version"),
    )


class PartnerFile(Row, table=True):
    """A file a partner handed in, and how far it has come."""

    __tablename__ = "partner_file"
    file_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    mapping_id: UUID
    name: str
    sequence: int
    """The partner's files count up without a gap."""
    dry_run: bool
    cycle_id: UUID | None = Field(default=None, foreign_key="cycle.cycle_id")
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    """The period it is held against; of a cycle, the cycle's."""
    state: str
    size: int | None = Field(default=None, sa_type=BigInteger)
    """How many bytes it has; None until that is known."""
    received: int = Field(default=0, sa_type=BigInteger)
    """How many are here."""
    digest: bytes | None = Field(default=None, sa_type=Digest)
    """SHA-256 of the whole file."""
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """The control totals that were given with it, or stand in it."""
    position: int = Field(default=0, sa_type=BigInteger)
    """Where reading goes on: written in the transaction that takes the rows before it in."""
    next_row: int = Field(default=1, sa_type=BigInteger)
    rows_read: int = Field(default=0, sa_type=BigInteger)
    points_read: Decimal = Field(default=Decimal(0), sa_type=Numeric)
    amount_read: Decimal = Field(default=Decimal(0), sa_type=Numeric)
    """The file's own figures, as they stand in it."""
    phase: str | None = None
    """The step of matching that is next."""
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """What is to be said about the file as a whole."""
    report: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    refusal: str | None = None
    """The code of why it does not count."""
    refusal_says: str | None = None
    begun_by: UUID | None = None
    begun_at: datetime = Field(sa_type=Instant)
    received_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        _within_partner("mapping_id", "reconciliation_mapping.mapping_id"),
        Unique("file_id", "partner_id"),
        Index(
            "uq_partner_file_sequence",
            "partner_id",
            "sequence",
            unique=True,
            postgresql_where=text("NOT dry_run AND state <> 'REFUSED'"),
        ),
        Index(
            "ix_partner_file_waiting", "state", postgresql_where=text("state IN ('RECEIVED', 'READING', 'MATCHING')")
        ),
        CheckConstraint(_one_of("state", FileState), name="state"),
        CheckConstraint("(state = 'REFUSED') = (refusal IS NOT NULL)", name="refused_for_a_reason"),
        CheckConstraint("(state = 'MATCHING') = (phase IS NOT NULL)", name="phase_when_matching"),
        CheckConstraint(
            "state IN ('UPLOADING', 'REFUSED') OR (digest IS NOT NULL AND size = received)", name="received_whole"
        ),
        CheckConstraint("sequence > 0 AND received >= 0 AND position >= 0", name="not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
    )


class PartnerFilePart(Row, table=True):
    """A run of a file's bytes."""

    __tablename__ = "partner_file_part"
    file_id: UUID = Field(primary_key=True)
    start: int = Field(primary_key=True, sa_type=BigInteger)
    partner_id: UUID
    content: bytes = Field(sa_type=Digest)

    __table_args__ = (
        _within_partner("file_id", "partner_file.file_id"),
        CheckConstraint("octet_length(content) BETWEEN 1 AND 4194304", name="size"),
    )


class PartnerRecord(Row, table=True):
    """A row of a file as the mapping reads it, and what became of it."""

    __tablename__ = "partner_record"
    file_id: UUID = Field(primary_key=True)
    row: int = Field(primary_key=True, sa_type=BigInteger)
    """Its number in the file, as a spreadsheet shows it."""
    partner_id: UUID
    identity: UUID | None = None
    """A digest of what it says: another row with the same says the same."""
    reference: str | None = None
    kind: str | None = None
    outlet_code: str | None = None
    outlet_id: UUID | None = None
    occurred_at: datetime | None = Field(default=None, sa_type=Instant)
    or_at: datetime | None = Field(default=None, sa_type=Instant)
    """The other instant a local time may mean, in the hour that the clocks pass twice."""
    points: int | None = Field(default=None, sa_type=BigInteger)
    """As the member gets them: those spent or taken back are negative."""
    amount: int | None = Field(default=None, sa_type=BigInteger)
    """In minor units; what is paid back is negative."""
    member: bytes | None = Field(default=None, sa_type=Digest)
    """A keyed hash of the partner's own number for the member."""
    outcome: str | None = None
    reason: str | None = None
    match: int | None = Field(default=None, sa_type=BigInteger)
    """Rows and postings with the same number belong together: the first of the rows."""
    seconds_off: int | None = None
    """How much later than the ledger the file has it."""
    repeats_file: UUID | None = None
    repeats_row: int | None = Field(default=None, sa_type=BigInteger)
    """What it is a duplicate of."""
    cell: str | None = None
    """The field of the mapping that could not be read."""
    detail: str | None = None
    """What stands there instead."""

    __table_args__ = (
        _within_partner("file_id", "partner_file.file_id"),
        Index(None, "partner_id", "identity"),
        CheckConstraint(_one_of("outcome", Outcome), name="outcome"),
    )


class PartnerPosting(Row, table=True):
    """What the ledger has of a partner for a file's period: its own postings, and what became of each."""

    __tablename__ = "partner_posting"
    file_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    partner_id: UUID
    wallet_id: UUID
    entry_id: UUID
    kind: str
    reference: str | None = None
    outlet_id: UUID | None = None
    occurred_at: datetime = Field(sa_type=Instant)
    points: int = Field(sa_type=BigInteger)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    due: bool
    """It belongs to the file's period."""
    earlier: bool = False
    """It belongs to an earlier one."""
    match: int | None = Field(default=None, sa_type=BigInteger)
    outcome: str | None = None
    reason: str | None = None

    __table_args__ = (
        _within_partner("file_id", "partner_file.file_id"),
        Index(
            "ix_partner_posting_matched",
            "partner_id",
            "entry_id",
            postgresql_where=text("outcome IN ('MATCHED', 'LATE')"),
        ),
        CheckConstraint(_one_of("outcome", Outcome), name="outcome"),
    )


class ReconciliationException(Row, table=True):
    """Something on which file and ledger do not agree, until it is cleared up."""

    __tablename__ = "reconciliation_exception"
    exception_id: UUID = Field(primary_key=True)
    file_id: UUID
    partner_id: UUID
    place: int = Field(sa_type=BigInteger)
    """The order of the list: rows of the file first."""
    row: int | None = Field(default=None, sa_type=BigInteger)
    number: int | None = Field(default=None, sa_type=BigInteger)
    """The row of the file, or the posting where the file has none."""
    outcome: str
    reason: str | None = None
    severity: str
    suggestion: str
    because: str
    """Why that is suggested, in words."""
    suggested_row: int | None = Field(default=None, sa_type=BigInteger)
    suggested_number: int | None = Field(default=None, sa_type=BigInteger)
    """The most likely counterpart."""
    state: str
    resolution: str | None = None
    assigned_to: UUID | None = None
    counterpart_row: int | None = Field(default=None, sa_type=BigInteger)
    counterpart_number: int | None = Field(default=None, sa_type=BigInteger)
    """With what it is to be matched, or was, by force."""
    proposed_by: UUID | None = None
    resolved_by: UUID | None = None
    """None where a later file explained it."""
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    explained_by: UUID | None = None

    __table_args__ = (
        _within_partner("file_id", "partner_file.file_id"),
        _within_partner("explained_by", "partner_file.file_id"),
        Unique("file_id", "place"),
        Unique("exception_id", "partner_id"),
        Index("ix_reconciliation_exception_open", "partner_id", postgresql_where=text("state <> 'RESOLVED'")),
        CheckConstraint(_one_of("outcome", Outcome), name="outcome"),
        CheckConstraint(_one_of("severity", Severity), name="severity"),
        CheckConstraint(_one_of("suggestion", Suggestion), name="suggestion"),
        CheckConstraint(_one_of("state", ExceptionState), name="state"),
        CheckConstraint(_one_of("resolution", Resolution), name="resolution"),
        CheckConstraint("num_nonnulls(row, number) = 1", name="row_or_posting"),
        CheckConstraint("(state = 'OPEN') = (resolution IS NULL)", name="resolution_unless_open"),
        CheckConstraint("(state = 'RESOLVED') = (resolved_at IS NOT NULL)", name="resolved_at"),
        CheckConstraint("resolved_by <> proposed_by", name="second_person"),
        CheckConstraint(
            "resolution NOT IN ('FORCE_MATCHED', 'WRITTEN_OFF')"
            " OR (proposed_by IS NOT NULL AND (state = 'PROPOSED' OR resolved_by IS NOT NULL))",
            name="two_persons",
        ),
        CheckConstraint(
            "(resolution = 'FORCE_MATCHED') = (num_nonnulls(counterpart_row, counterpart_number) > 0)",
            name="matched_with_something",
        ),
    )


class ExceptionStep(Row, table=True):
    """What was done about an exception: appended, never changed."""

    __tablename__ = "exception_step"
    step_id: UUID = Field(primary_key=True)
    exception_id: UUID
    partner_id: UUID
    what: str
    note: str | None = None
    person_id: UUID | None = None
    taken_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index(None, "exception_id", "step_id"),
        _within_partner("exception_id", "reconciliation_exception.exception_id"),
        CheckConstraint("char_length(note) <= 1000", name="note"),
    )
