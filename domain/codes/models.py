"""Rows of on-pack codes."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Digest: Any = LargeBinary


class BatchKind(StrEnum):
    """How codes are known to be real."""

    RANDOM = "RANDOM"
    """Each is stored as a keyed digest."""
    STATELESS = "STATELESS"
    """Each proves itself by a keyed digest of 38 bits within it; nothing is stored until it is entered."""


class BatchState(StrEnum):
    """Where a batch stands."""

    ORDERED = "ORDERED"
    """Not printed yet."""
    PRINTED = "PRINTED"
    """The codes were given out; none is accepted yet."""
    LIVE = "LIVE"
    """Its products are on their way to shops: codes are accepted."""
    ENDED = "ENDED"
    """No code is accepted any more; the promotion is over."""
    VOID = "VOID"
    """No code is accepted any more; what was entered stays."""


class Attempt(StrEnum):
    """What became of a code that somebody named."""

    ENTERED = "ENTERED"
    """It was accepted."""
    UNKNOWN = "UNKNOWN"
    """There is none like it."""
    USED = "USED"
    """Somebody else had entered it."""
    EARLY = "EARLY"
    """Its batch was not live yet, or not valid yet."""
    OVER = "OVER"
    """Its batch had ended, or was valid no more."""
    VOID = "VOID"
    """It, or its batch, was voided."""
    HELD = "HELD"
    """Its batch was on hold."""


class AlarmKind(StrEnum):
    """What goes beyond what is usual."""

    MISSES = "MISSES"
    """Codes that were not accepted, in an hour."""
    ENTRIES = "ENTRIES"
    """Codes that were, in an hour."""
    ONE_ADDRESS = "ONE_ADDRESS"
    """Entries from one network address, in a day."""
    ONE_MEMBER = "ONE_MEMBER"
    """Entries of one member, in a day."""
    ONE_OUTLET = "ONE_OUTLET"
    """Entries at one outlet, in a day."""
    EARLY = "EARLY"
    """Codes that somebody named before their products were on their way, in a day."""


class CodeBatch(Row, table=True):
    """Codes that are printed together."""

    __tablename__ = "code_batch"
    batch_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The maker."""
    number: int | None = None
    """By which STATELESS codes name it, drawn at random."""
    kind: str
    state: str
    name: str
    products: list[dict[str, Any]] = Field(sa_type=Json)
    """Each with sku, gtin, name, brand, category and how many codes are for it; serials go through them in order."""
    count: int
    units: int
    """How much a code counts."""
    cost: int = Field(sa_type=BigInteger)
    """Of printing, in minor units of the coalition's currency."""
    seed: bytes = Field(sa_type=Digest)
    """From which RANDOM codes are made, with a key outside the database."""
    made: int
    """How many of its RANDOM codes are stored."""
    valid_from: datetime | None = Field(default=None, sa_type=Instant)
    valid_until: datetime | None = Field(default=None, sa_type=Instant)
    survey_id: UUID | None = None
    """What is to be answered before a code counts."""
    most_a_day: int | None = None
    most_a_member: int | None = None
    ordered_at: datetime = Field(sa_type=Instant)
    ordered_by: UUID | None = None
    printed_at: datetime | None = Field(default=None, sa_type=Instant)
    live_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    end_reason: str | None = None
    changed_by: UUID | None = None
    """Who took the last step by name."""
    held_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when nothing is accepted for now."""
    held_by_alarm: bool = False

    __table_args__ = (
        Index(None, "partner_id", "batch_id"),
        UniqueConstraint("number"),
        CheckConstraint("kind IN ('RANDOM', 'STATELESS')", name="kind"),
        CheckConstraint("state IN ('ORDERED', 'PRINTED', 'LIVE', 'ENDED', 'VOID')", name="state"),
        CheckConstraint("count > 0 AND units > 0 AND cost >= 0", name="sizes"),
        CheckConstraint("made BETWEEN 0 AND count AND (kind = 'RANDOM' OR made = 0)", name="made"),
        CheckConstraint(
            "kind = 'RANDOM' AND number IS NULL OR number BETWEEN 0 AND 1048575 AND count <= 4194304", name="fits"
        ),
        CheckConstraint("valid_from < valid_until", name="valid"),
        CheckConstraint("most_a_day > 0 AND most_a_member > 0", name="most"),
        CheckConstraint("state <> 'LIVE' OR kind = 'STATELESS' OR made = count", name="live_made"),
        CheckConstraint("(state = 'ORDERED') = (printed_at IS NULL) OR state = 'VOID'", name="printed"),
    )


class Code(Row, table=True):
    """A RANDOM code, as far as it is kept."""

    __tablename__ = "code"
    digest: bytes = Field(sa_type=Digest, primary_key=True)
    batch_id: UUID
    serial: int


class CodeVoid(Row, table=True):
    """Serials of a batch that are not accepted any more; both ends belong to them."""

    __tablename__ = "code_void"
    void_id: UUID = Field(primary_key=True)
    batch_id: UUID = Field(foreign_key="code_batch.batch_id")
    partner_id: UUID
    first: int
    last: int
    reason: str
    voided_at: datetime = Field(sa_type=Instant)
    voided_by: UUID | None = None

    __table_args__ = (
        Index(None, "batch_id", "first"),
        CheckConstraint("0 <= first AND first <= last", name="in_order"),
    )


class CodePrint(Row, table=True):
    """The codes of a batch given out once, as a file."""

    __tablename__ = "code_print"
    print_id: UUID = Field(primary_key=True)
    batch_id: UUID = Field(foreign_key="code_batch.batch_id")
    partner_id: UUID
    number: int
    """The how many-th time."""
    reason: str | None = None
    """Why it was done again."""
    asked_at: datetime = Field(sa_type=Instant)
    asked_by: UUID | None = None
    taken_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the file was fetched; it is fetched once."""

    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("(number > 1) <= (reason IS NOT NULL)", name="reason"),
    )


class CodeUse(Row, table=True):
    """A code that was entered: once, whoever else tries. The wallet is that of then, where its action is."""

    __tablename__ = "code_use"
    batch_id: UUID = Field(primary_key=True, foreign_key="code_batch.batch_id")
    serial: int = Field(primary_key=True)
    partner_id: UUID
    """The maker, in whose name the action is recorded."""
    wallet_id: UUID
    entry_id: UUID
    member_id: UUID
    outlet_id: UUID | None = None
    """The maker's own outlet, where it was entered at one."""
    used_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index(None, "batch_id", "member_id"),
        Index(None, "batch_id", "used_at"),
        Index(None, "member_id"),
        Index(None, "wallet_id", "entry_id"),
    )


class CodeTry(Row, table=True):
    """Somebody named a code: what became of it, and where from. Kept for a month, for alarms; makers do not see it."""

    __tablename__ = "code_try"
    try_id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),)
    )
    tried_at: datetime = Field(sa_type=Instant)
    batch_id: UUID | None = None
    """None: nobody's."""
    partner_id: UUID | None = None
    """The maker."""
    became: str
    through: UUID | None = None
    """The partner whose client or person named it; None: the member itself."""
    outlet_id: UUID | None = None
    member_id: UUID | None = None
    network: bytes | None = Field(default=None, sa_type=Digest)
    """A keyed digest of the address on the network."""

    __table_args__ = (
        Index(None, "tried_at"),
        CheckConstraint(
            "became IN ('ENTERED', 'UNKNOWN', 'USED', 'EARLY', 'OVER', 'VOID', 'HELD')",
            name="became",
        ),
    )


class CodeWatch(Row, table=True):
    """From when on an alarm rings, as a maker wants it."""

    __tablename__ = "code_watch"
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    misses: int
    entries: int
    one_address: int
    one_member: int
    one_outlet: int
    early: int
    holds: bool
    """Whether an alarm puts its batch on hold."""
    changed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        CheckConstraint("least(misses, entries, one_address, one_member, one_outlet, early) > 0", name="positive"),
    )


class CodeAlarm(Row, table=True):
    """Something went beyond what is usual, within one hour or day."""

    __tablename__ = "code_alarm"
    alarm_id: UUID = Field(primary_key=True)
    batch_id: UUID | None = Field(default=None, foreign_key="code_batch.batch_id")
    """None: of codes that are nobody's, for the coalition."""
    partner_id: UUID | None = None
    kind: str
    since: datetime = Field(sa_type=Instant)
    """In which hour or day it rang."""
    whose: str
    """A word for the one address, member or outlet; empty where it is about all."""
    counted: int
    """So many, when it rang."""
    threshold: int
    raised_at: datetime = Field(sa_type=Instant)
    held: bool
    """Whether it put the batch on hold."""

    __table_args__ = (
        Index(
            "uq_code_alarm",
            "batch_id",
            "kind",
            "since",
            "whose",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "partner_id", "alarm_id", postgresql_where=text("partner_id IS NOT NULL")),
        CheckConstraint(
            "kind IN ('MISSES', 'ENTRIES', 'ONE_ADDRESS', 'ONE_MEMBER', 'ONE_OUTLET', 'EARLY')",
            name="kind",
        ),
    )
