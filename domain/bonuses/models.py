"""Rows of bonuses."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Ids: Any = ARRAY(Uuid)
Json: Any = JSONB
Digest: Any = LargeBinary
Exact: Any = Numeric
Whole: Any = BigInteger


class StatementState(StrEnum):
    """How far a bonus statement is."""

    DRAFT = "DRAFT"
    """Drawn up; the scheme's owner looks at it."""
    CHECKED = "CHECKED"
    """To be given."""
    GIVEN = "GIVEN"
    """In the books; where it came to nothing, told."""


class BonusSchemeRow(Row, table=True):
    """One version of a bonus scheme."""

    __tablename__ = "bonus_scheme"
    scheme_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The owner."""
    state: str
    name: str
    parties: list[UUID] = Field(sa_type=Ids)
    """Who agrees to it: who pays, and at whose tills turnover counts."""
    terms: dict[str, Any] = Field(sa_type=Json)
    """Everything it promises; docs/bonuses.md has the form."""
    fingerprint: bytes = Field(sa_type=Digest)
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_bonus_scheme_one_draft", "scheme_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index(
            "uq_bonus_scheme_one_live", "scheme_id", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")
        ),
        Index(None, "partner_id"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint(
            "CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL"
            " WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL"
            " WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL"
            " ELSE (live_from IS NULL) = (live_until IS NULL) END",
            name="live_times",
        ),
    )


class BonusAgreement(Row, table=True):
    """A party agrees to a scheme under exactly these terms."""

    __tablename__ = "bonus_agreement"
    scheme_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    """The party."""
    fingerprint: bytes = Field(primary_key=True, sa_type=Digest)
    version: int
    owner_id: UUID
    agreed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        ForeignKeyConstraint(["scheme_id", "version"], ["bonus_scheme.scheme_id", "bonus_scheme.version"]),
    )


class BonusClose(Row, table=True):
    """A period of a scheme of which all statements were drawn up."""

    __tablename__ = "bonus_close"
    scheme_id: UUID = Field(primary_key=True)
    starts: date = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    statements: int
    closed_at: datetime = Field(sa_type=Instant)


class BonusStatement(Row, table=True):
    """What a firm gets for a period under a scheme, and how it came about."""

    __tablename__ = "bonus_statement"
    statement_id: UUID = Field(primary_key=True)
    scheme_id: UUID
    version: int
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The scheme's owner."""
    business_id: UUID = Field(foreign_key="business.business_id")
    starts: date
    """The period's first day, by the coalition's clock."""
    ends: date
    """The day after its last."""
    turnover: Decimal = Field(sa_type=Exact)
    """In minor units or pieces, as the scheme measures."""
    base: Decimal | None = Field(default=None, sa_type=Exact)
    """What growth is counted from; None: the scheme does not ask."""
    growth: int | None = Field(default=None, sa_type=Whole)
    """In basis points, rounded down; None: not asked, or the base is too small."""
    parts: list[dict[str, Any]] = Field(sa_type=Json)
    """Band by band, what it came to, exactly."""
    bonus: int = Field(sa_type=Whole)
    """In minor units, as figured when it was drawn up."""
    corrections: list[dict[str, Any]] = Field(sa_type=Json)
    """Earlier periods that came to something else by now: returns, late purchases, corrected reports."""
    correction: int = Field(sa_type=Whole)
    """Their sum."""
    brought: int = Field(sa_type=Whole)
    """What the statement before could not take back; nought or less."""
    given: int = Field(sa_type=Whole)
    """What is given in the end."""
    carried: int = Field(sa_type=Whole)
    """What could not be taken back; nought or less."""
    settled: int = Field(sa_type=Whole)
    """At what the period's bonus counts by now, with the corrections that later statements told."""
    state: str
    drawn_up_at: datetime = Field(sa_type=Instant)
    checked_at: datetime | None = Field(default=None, sa_type=Instant)
    checked_by: UUID | None = None
    """Who looked at it; None: the scheme asks nobody."""
    given_at: datetime | None = Field(default=None, sa_type=Instant)
    wallet_id: UUID | None = None
    entry_id: UUID | None = None
    """The action that gave it; None: not yet, or it came to nothing."""

    __table_args__ = (
        UniqueConstraint("scheme_id", "business_id", "starts"),
        ForeignKeyConstraint(["scheme_id", "version"], ["bonus_scheme.scheme_id", "bonus_scheme.version"]),
        Index(None, "partner_id", "statement_id"),
        Index(None, "business_id"),
        Index("ix_bonus_statement_checked", "statement_id", postgresql_where=text("state = 'CHECKED'")),
        CheckConstraint("bonus >= 0", name="bonus"),
        CheckConstraint("brought <= 0", name="brought"),
        CheckConstraint("given >= 0", name="given"),
        CheckConstraint("carried <= 0", name="carried"),
        CheckConstraint("state IN ('DRAFT', 'CHECKED', 'GIVEN')", name="state"),
        CheckConstraint("bonus + correction + brought = given + carried AND (given = 0 OR carried = 0)", name="sum"),
        CheckConstraint("starts < ends", name="period"),
        CheckConstraint("(state = 'DRAFT') = (checked_at IS NULL)", name="checked"),
        CheckConstraint("(state = 'GIVEN') = (given_at IS NOT NULL)", name="given_at"),
        CheckConstraint(
            "(entry_id IS NOT NULL) = (state = 'GIVEN' AND given > 0) AND (entry_id IS NULL) = (wallet_id IS NULL)",
            name="entry",
        ),
    )


class SoldOnReport(Row, table=True):
    """A report of what firms sold on, as it was taken in."""

    __tablename__ = "sold_on_report"
    report_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    digest: bytes = Field(sa_type=Digest)
    """Of its rows: the same report is taken once."""
    name: str
    taken: int
    replaced: int
    """Rows of earlier reports that its rows took the place of."""
    refused: list[dict[str, Any]] = Field(sa_type=Json)
    """Rows that were not taken, each with its number, the field and why."""
    received_at: datetime = Field(sa_type=Instant)

    __table_args__ = (UniqueConstraint("partner_id", "digest"),)


class SoldOn(Row, table=True):
    """A firm sold something on."""

    __tablename__ = "sold_on"
    report_id: UUID = Field(primary_key=True, foreign_key="sold_on_report.report_id")
    number: int = Field(primary_key=True)
    """The row's number in its report, from 1."""
    partner_id: UUID
    business_id: UUID = Field(foreign_key="business.business_id")
    reference: str
    """The firm's own number of it; a later row of the same number replaces it."""
    sku: str
    """In the catalogue of the partner that reports."""
    day: date
    quantity: Decimal = Field(sa_type=Exact)
    value: int = Field(sa_type=Whole)
    """In minor units."""
    customer: str | None = None
    """To whom, in the firm's own numbers."""
    replaced_by: UUID | None = None
    """The report that has it otherwise."""

    __table_args__ = (
        Index(
            "uq_sold_on_reference",
            "partner_id",
            "business_id",
            "reference",
            unique=True,
            postgresql_where=text("replaced_by IS NULL"),
        ),
        Index("ix_sold_on_day", "partner_id", "business_id", "day", postgresql_where=text("replaced_by IS NULL")),
    )
