"""Rows of service: what is told of products, recalls, serials, registrations."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Digest: Any = LargeBinary
Words: Any = ARRAY(String)


class RegistrationState(StrEnum):
    """Whether a registration counts."""

    ACTIVE = "ACTIVE"
    """The member has the product."""
    ENDED = "ENDED"
    """The member has it no more; `ended` says why."""


class RegistrationEnd(StrEnum):
    """Why a registration ended."""

    RETURNED = "RETURNED"
    """The goods came back to the shop."""
    TRANSFERRED = "TRANSFERRED"
    """Another member has the product now."""
    GIVEN_UP = "GIVEN_UP"
    """The member let it go."""


class ProductInformationRow(Row, table=True):
    """A version of what a maker tells of an article; it never changes, the next one follows it."""

    __tablename__ = "product_information"
    information_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The maker."""
    article: str
    """The maker's own number."""
    gtin: str | None = None
    """The bar code, by which shops' catalogues name it."""
    open: bool
    """Whether anybody may read it; else partners and members."""
    terms: dict[str, Any] = Field(sa_type=Json)
    told_at: datetime = Field(sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)
    """When the next version followed; None: it stands."""

    __table_args__ = (
        UniqueConstraint("partner_id", "article", "version"),
        Index(
            "uq_product_information_standing",
            "partner_id",
            "article",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("length(article) BETWEEN 1 AND 64", name="article"),
    )


class ProductRecall(Row, table=True):
    """A maker calls an article back; the worker tells those who have it."""

    __tablename__ = "product_recall"
    recall_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    article: str
    gtin: str | None = None
    lots: list[str] = Field(sa_type=Words)
    """Only these; none named: all."""
    bought_from: datetime | None = Field(default=None, sa_type=Instant)
    bought_until: datetime | None = Field(default=None, sa_type=Instant)
    names: dict[str, str] = Field(sa_type=Json)
    """What the article is called, by language."""
    words: dict[str, str] = Field(sa_type=Json)
    """What to do, by language."""
    announced_at: datetime = Field(sa_type=Instant)
    after: UUID
    """The last wallet that was looked at."""
    told: int
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    idempotency_key: str

    __table_args__ = (
        UniqueConstraint("partner_id", "idempotency_key"),
        Index(None, "partner_id", "article"),
        Index("ix_product_recall_unfinished", "announced_at", postgresql_where=text("finished_at IS NULL")),
        CheckConstraint("bought_from < bought_until", name="bought"),
    )


class ProductSerial(Row, table=True):
    """A serial that a maker made, by a keyed digest alone."""

    __tablename__ = "product_serial"
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    digest: bytes = Field(primary_key=True, sa_type=Digest)
    article: str
    lot: str | None = None
    listed_at: datetime = Field(sa_type=Instant)


class Registration(Row, table=True):
    """A product that a member has. Written by functions in the database (migrations/sql/0044_service.sql)."""

    __tablename__ = "registration"
    registration_id: UUID = Field(primary_key=True)
    wallet_id: UUID
    member_id: UUID
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The maker."""
    article: str
    information_id: UUID
    version: int
    """What the maker told on the day it was bought; its warranty counts."""
    state: str
    ended: str | None = None
    serial: bytes | None = Field(default=None, sa_type=Digest)
    serial_ends: str | None = None
    """The last characters, so that its owner knows which it is."""
    lot: str | None = None
    verified: bool
    """The maker's list has the serial."""
    through: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The shop that wrote it down; None: the member itself."""
    registered_at: datetime = Field(sa_type=Instant)
    bought_at: datetime = Field(sa_type=Instant)
    """As our books have it where they do, else as the member says."""
    purchase_wallet_id: UUID | None = None
    purchase_entry_id: UUID | None = None
    line: int | None = None
    """The purchase that proves it."""
    warranty_until: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    action_key: str
    """Under which key its action is recorded, once for the serial."""
    action_entry: UUID | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its action was recorded, or that was given up for good."""
    taken_back_at: datetime | None = Field(default=None, sa_type=Instant)
    """When what it had earned was taken back, after a return."""
    offer: bytes | None = Field(default=None, sa_type=Digest)
    """The digest of the code by which another member takes it over."""
    offered_until: datetime | None = Field(default=None, sa_type=Instant)
    came_from: UUID | None = None
    """The registration of the member that had it before."""

    __table_args__ = (
        Index(
            "uq_registration_serial",
            "partner_id",
            "serial",
            unique=True,
            postgresql_where=text("state = 'ACTIVE' AND serial IS NOT NULL"),
        ),
        Index(
            "uq_registration_plain",
            "member_id",
            "partner_id",
            "article",
            unique=True,
            postgresql_where=text("state = 'ACTIVE' AND serial IS NULL AND purchase_entry_id IS NULL"),
        ),
        Index("uq_registration_offer", "offer", unique=True, postgresql_where=text("offer IS NOT NULL")),
        Index(None, "member_id"),
        Index(None, "partner_id", "article"),
        Index(
            "ix_registration_purchase",
            "purchase_wallet_id",
            "purchase_entry_id",
            postgresql_where=text("purchase_entry_id IS NOT NULL"),
        ),
        Index(
            "ix_registration_returned",
            "registration_id",
            postgresql_where=text("ended = 'RETURNED' AND action_entry IS NOT NULL AND taken_back_at IS NULL"),
        ),
        Index("ix_registration_unsettled", "registration_id", postgresql_where=text("settled_at IS NULL")),
        CheckConstraint("state IN ('ACTIVE', 'ENDED')", name="state"),
        CheckConstraint("ended IN ('RETURNED', 'TRANSFERRED', 'GIVEN_UP')", name="ended"),
        CheckConstraint(
            "(state = 'ENDED') = (ended IS NOT NULL) AND (state = 'ENDED') = (ended_at IS NOT NULL)", name="over"
        ),
        CheckConstraint("num_nonnulls(purchase_wallet_id, purchase_entry_id, line) IN (0, 3)", name="proof"),
        CheckConstraint("num_nonnulls(serial, serial_ends) IN (0, 2)", name="serial"),
        CheckConstraint("num_nonnulls(offer, offered_until) IN (0, 2)", name="offer"),
    )
