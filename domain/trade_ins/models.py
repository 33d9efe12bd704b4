"""Rows of trade-ins."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
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


class ItemState(StrEnum):
    """Where an item that was handed in stands."""

    CONSIGNED = "CONSIGNED"
    """It waits to be sold."""
    CREDITED = "CREDITED"
    """The member has its credit, or is about to."""
    SOLD = "SOLD"
    """It was sold, and nobody was there any more to be credited."""
    GIVEN_BACK = "GIVEN_BACK"
    """Nobody bought it; the member has it back, or fetches it."""
    GIVEN_AWAY = "GIVEN_AWAY"
    """Nobody bought it; it was given away or recycled."""
    REVERSED = "REVERSED"
    """The trade-in was taken back."""


class Closed(StrEnum):
    """How a consignment came to its end."""

    SOLD = "SOLD"
    """Somebody bought it."""
    GIVEN_BACK = "GIVEN_BACK"
    """To the member."""
    GIVEN_AWAY = "GIVEN_AWAY"
    """Or recycled."""
    FALLBACK = "FALLBACK"
    """Credited all the same, as the scheme says."""


class CreditState(StrEnum):
    """Where a credit stands."""

    PENDING = "PENDING"
    """Its action is about to be recorded."""
    GIVEN = "GIVEN"
    """The member has it."""
    TAKEN_BACK = "TAKEN_BACK"
    """With its trade-in."""
    LOST = "LOST"
    """Nobody was there any more to get it."""


class TradeInSchemeRow(Row, table=True):
    """One version of a trade-in scheme; once it has been live, it never changes."""

    __tablename__ = "trade_in_scheme"
    scheme_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The owner."""
    state: str
    name: str
    terms: dict[str, Any] = Field(sa_type=Json)
    """Everything it promises (docs/trade-ins.md)."""
    partners: list[UUID] = Field(sa_type=Ids)
    """At whose counters items are taken."""
    sponsors: list[UUID] = Field(sa_type=Ids)
    """Who pays any of it."""
    fingerprint: bytes = Field(sa_type=Digest)
    """A digest of the terms, named by the sponsors' agreements."""
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)
    """When it was paused, ended or followed by the next version."""

    __table_args__ = (
        Index(None, "partner_id"),
        Index("uq_trade_in_scheme_one_draft", "scheme_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index(
            "uq_trade_in_scheme_one_live",
            "scheme_id",
            unique=True,
            postgresql_where=text("state IN ('LIVE', 'PAUSED')"),
        ),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint("cardinality(partners) > 0", name="partners"),
        CheckConstraint(
            "CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL"
            " WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL"
            " WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL"
            " ELSE (live_from IS NULL) = (live_until IS NULL) END",
            name="live_times",
        ),
    )


class TradeInAgreement(Row, table=True):
    """A sponsor agrees to pay its share of a scheme under exactly these terms."""

    __tablename__ = "trade_in_agreement"
    scheme_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    """The sponsor."""
    fingerprint: bytes = Field(primary_key=True, sa_type=Digest)
    version: int
    owner_id: UUID
    """Whose scheme it is."""
    agreed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        ForeignKeyConstraint(["scheme_id", "version"], ["trade_in_scheme.scheme_id", "trade_in_scheme.version"]),
    )


class TradeInRow(Row, table=True):
    """What one member handed in together."""

    __tablename__ = "trade_in"
    trade_in_id: UUID = Field(primary_key=True)
    scheme_id: UUID
    version: int
    owner_id: UUID = Field(foreign_key="partner.partner_id")
    """Whose scheme it is."""
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """Who took it."""
    outlet_id: UUID | None = None
    member_id: UUID
    """Who handed it in; it goes with the member when that is merged."""
    staff: str | None = None
    reference: str | None = None
    idempotency_key: str
    fingerprint: bytes = Field(sa_type=Digest)
    occurred_at: datetime = Field(sa_type=Instant)
    """By the till's clock."""
    recorded_at: datetime = Field(sa_type=Instant)
    reversed_at: datetime | None = Field(default=None, sa_type=Instant)
    reversed_key: str | None = None

    __table_args__ = (
        ForeignKeyConstraint(["scheme_id", "version"], ["trade_in_scheme.scheme_id", "trade_in_scheme.version"]),
        Index("uq_trade_in_key", "partner_id", "idempotency_key", unique=True),
        Index(None, "member_id"),
        Index("ix_trade_in_scheme_id", "scheme_id", "recorded_at"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_key IS NULL)", name="reversed"),
    )


class TradeInCredit(Row, table=True):
    """What a member gets for items: a voucher, or what campaigns give for the action."""

    __tablename__ = "trade_in_credit"
    credit_id: UUID = Field(primary_key=True)
    trade_in_id: UUID = Field(foreign_key="trade_in.trade_in_id")
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    member_id: UUID
    form: str
    amount: int = Field(sa_type=BigInteger)
    """In minor units: of the voucher, or what the action tells."""
    state: str
    voucher_id: UUID | None = None
    entry_wallet_id: UUID | None = None
    entry_id: UUID | None = None
    """By which the voucher was given, or the action recorded."""
    made_at: datetime = Field(sa_type=Instant)
    given_at: datetime | None = Field(default=None, sa_type=Instant)
    back_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(None, "trade_in_id"),
        Index("ix_trade_in_credit_pending", "credit_id", postgresql_where=text("state = 'PENDING'")),
        CheckConstraint("form IN ('VOUCHER', 'POINTS')", name="form"),
        CheckConstraint("amount > 0 OR amount = 0 AND form = 'POINTS'", name="amount"),
        CheckConstraint("state IN ('PENDING', 'GIVEN', 'TAKEN_BACK', 'LOST')", name="state"),
        CheckConstraint("(state IN ('GIVEN', 'TAKEN_BACK')) = (entry_id IS NOT NULL)", name="given"),
        CheckConstraint("num_nonnulls(entry_wallet_id, entry_id, given_at) IN (0, 3)", name="entry"),
        CheckConstraint("form = 'VOUCHER' OR voucher_id IS NULL", name="voucher"),
    )


class TradeInItem(Row, table=True):
    """A thing that was handed in, or several alike."""

    __tablename__ = "trade_in_item"
    item_id: UUID = Field(primary_key=True)
    trade_in_id: UUID = Field(foreign_key="trade_in.trade_in_id")
    number: int
    scheme_id: UUID
    version: int
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    member_id: UUID
    category: str
    sku: str | None = None
    maker_id: UUID | None = None
    """Who makes the article, where the shop's catalogue tells."""
    serial: str | None = None
    """Without spaces and hyphens, in capitals."""
    grade: str
    months: int | None = None
    units: int
    photos: list[str] = Field(sa_type=ARRAY(String))
    value: int = Field(sa_type=BigInteger)
    """By the price list of its version, in minor units."""
    state: str
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """Until when it waits to be sold."""
    closed_as: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_key: str | None = None
    sold_for: int | None = Field(default=None, sa_type=BigInteger)
    credit_id: UUID | None = Field(default=None, foreign_key="trade_in_credit.credit_id")

    __table_args__ = (
        UniqueConstraint("trade_in_id", "number", name="uq_trade_in_item_number"),
        Index(
            "uq_trade_in_item_serial",
            "scheme_id",
            "serial",
            unique=True,
            postgresql_where=text("serial IS NOT NULL AND state NOT IN ('REVERSED', 'GIVEN_BACK')"),
        ),
        Index(None, "member_id"),
        Index(None, "credit_id"),
        Index("ix_trade_in_item_due_at", "due_at", postgresql_where=text("state = 'CONSIGNED'")),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("months >= 0", name="months"),
        CheckConstraint("units > 0 AND (units = 1 OR serial IS NULL)", name="units"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint(
            "state IN ('CONSIGNED', 'CREDITED', 'SOLD', 'GIVEN_BACK', 'GIVEN_AWAY', 'REVERSED')", name="state"
        ),
        CheckConstraint("closed_as IN ('SOLD', 'GIVEN_BACK', 'GIVEN_AWAY', 'FALLBACK')", name="closed_as"),
        CheckConstraint("sold_for > 0", name="sold_for"),
        CheckConstraint(
            "(state <> 'CREDITED' OR credit_id IS NOT NULL) AND (state <> 'CONSIGNED' OR credit_id IS NULL)",
            name="credited",
        ),
        CheckConstraint(
            "num_nonnulls(closed_as, closed_at, closed_key) IN (0, 3) AND (closed_as IS NULL OR due_at IS NOT NULL)"
            " AND (state NOT IN ('SOLD', 'GIVEN_BACK', 'GIVEN_AWAY') OR closed_as IS NOT NULL)",
            name="closed",
        ),
        CheckConstraint("(closed_as IS NOT DISTINCT FROM 'SOLD') = (sold_for IS NOT NULL)", name="sold"),
    )
