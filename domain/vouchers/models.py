"""Rows of coupons and vouchers."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKeyConstraint, Index, LargeBinary, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Ids: Any = ARRAY(Uuid)
Json: Any = JSONB
Digest: Any = LargeBinary


class VoucherState(StrEnum):
    """Where a voucher stands."""

    OPEN = "OPEN"
    """Can be used, while its term lasts."""
    USED = "USED"
    """As often as it could be."""
    EXPIRED = "EXPIRED"
    """Its term is over."""
    CANCELLED = "CANCELLED"
    """What it was won with was given back."""


class VoucherSource(StrEnum):
    """What a voucher came of."""

    REWARD = "REWARD"
    """Redeemed for points."""
    PRIZE = "PRIZE"
    """Won in a campaign."""
    AUTOMATIC = "AUTOMATIC"
    """Points became it by themselves."""
    GIVEN = "GIVEN"
    """The coupon's owner gave it."""
    PUBLIC = "PUBLIC"
    """The member used the coupon's public word."""
    TRADE_IN = "TRADE_IN"
    """Credit for what the member handed in."""


class CouponRow(Row, table=True):
    """One version of a coupon; once it has been live, it never changes."""

    __tablename__ = "coupon"
    coupon_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The owner."""
    name: str
    state: str
    terms: dict[str, Any] = Field(sa_type=Json)
    """Everything it promises (docs/vouchers.md)."""
    partners: list[UUID] = Field(sa_type=Ids)
    """Who takes its vouchers."""
    sponsors: list[UUID] = Field(sa_type=Ids)
    """Who pays any of it."""
    code_lookup: bytes | None = Field(default=None, sa_type=Digest)
    """The digest of its public word, if it has one."""
    fingerprint: bytes = Field(sa_type=Digest)
    """A digest of the terms, named by the sponsors' agreements."""
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)
    """When it was paused, ended or followed by the next version."""

    __table_args__ = (
        Index(None, "partner_id"),
        Index("uq_coupon_one_draft", "coupon_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index("uq_coupon_one_live", "coupon_id", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")),
        Index(
            "uq_coupon_code_lookup",
            "code_lookup",
            unique=True,
            postgresql_where=text("code_lookup IS NOT NULL AND state IN ('LIVE', 'PAUSED')"),
        ),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint("cardinality(partners) > 0", name="partners"),
    )


class CouponAgreement(Row, table=True):
    """A sponsor agrees to pay its share of a coupon under exactly these terms."""

    __tablename__ = "coupon_agreement"
    coupon_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    """The sponsor."""
    fingerprint: bytes = Field(primary_key=True, sa_type=Digest)
    version: int
    owner_id: UUID
    """Whose coupon it is."""
    agreed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (ForeignKeyConstraint(["coupon_id", "version"], ["coupon.coupon_id", "coupon.version"]),)


class VoucherCode(Row, table=True):
    """A code by its keyed digest: free in a pool, or somebody's."""

    __tablename__ = "voucher_code"
    lookup: bytes = Field(primary_key=True, sa_type=Digest)
    coupon_id: UUID
    partner_id: UUID
    """The coupon's owner."""
    sealed: bytes | None = Field(default=None, sa_type=Digest)
    """The code of a pool, under a key outside the database; None: it is derived from its voucher."""
    brought_at: datetime | None = Field(default=None, sa_type=Instant)
    wallet_id: UUID | None = None
    voucher_id: UUID | None = None
    taken_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("ix_voucher_code_free", "coupon_id", "lookup", postgresql_where=text("wallet_id IS NULL")),
        Index(None, "coupon_id"),
        CheckConstraint("num_nonnulls(wallet_id, voucher_id, taken_at) IN (0, 3)", name="taken"),
        CheckConstraint("wallet_id IS NOT NULL OR sealed IS NOT NULL", name="free_is_of_a_pool"),
    )


class VoucherRow(Row, table=True):
    """One code of a coupon in somebody's hands; it goes with its member when that is merged."""

    __tablename__ = "voucher"
    wallet_id: UUID = Field(primary_key=True)
    voucher_id: UUID = Field(primary_key=True)
    home_wallet_id: UUID
    """Where it was issued, and where its entry is."""
    entry_id: UUID
    member_id: UUID
    coupon_id: UUID
    version: int
    partner_id: UUID
    """The coupon's owner."""
    lookup: bytes | None = Field(default=None, sa_type=Digest)
    """The digest of its code; None: the code is the coupon's public word."""
    sealed: bytes | None = Field(default=None, sa_type=Digest)
    state: str
    uses: int
    """How often it can be used in all."""
    used: int
    source: str
    source_id: UUID | None = None
    """The campaign or reward it came of."""
    issued_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    taken_back_entry: UUID | None = None
    """The return that took back what it was won with."""
    amount: int | None = Field(default=None, sa_type=BigInteger)
    """What it takes off, in minor units, where vouchers of its coupon are valued."""

    __table_args__ = (
        Index(None, "wallet_id", "entry_id"),
        Index(None, "member_id"),
        Index(None, "coupon_id"),
        Index("ix_voucher_open", "expires_at", postgresql_where=text("state = 'OPEN'")),
        CheckConstraint("uses > 0", name="uses"),
        CheckConstraint("expires_at > issued_at", name="term"),
        CheckConstraint("amount > 0", name="amount"),
    )


class VoucherCut(Row, table=True):
    """A voucher that was promised and could not be given: appended, never changed."""

    __tablename__ = "voucher_cut"
    wallet_id: UUID = Field(primary_key=True)
    voucher_id: UUID = Field(primary_key=True)
    entry_id: UUID
    coupon_id: UUID
    partner_id: UUID
    """The coupon's owner."""
    why: str
    cut_at: datetime = Field(sa_type=Instant)

    __table_args__ = (CheckConstraint("why IN ('CODES_USED_UP', 'COUPON_NOT_LIVE')", name="why"),)


class VoucherUse(Row, table=True):
    """One use of a voucher: what it took off which lines."""

    __tablename__ = "voucher_use"
    wallet_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    voucher_id: UUID = Field(primary_key=True)
    coupon_id: UUID
    version: int
    partner_id: UUID
    """Who took it."""
    currency: str
    amount: int = Field(sa_type=BigInteger)
    """In minor units."""
    lines: list[dict[str, Any]] = Field(sa_type=Json)
    benefits: list[UUID] = Field(sa_type=Ids)
    """The money that its sponsors owe for it."""
    used_at: datetime = Field(sa_type=Instant)
    purchase_entry_id: UUID | None = None
    """The purchase whose lines it made cheaper, where that said so."""
    reversed_entry_id: UUID | None = None

    __table_args__ = (
        Index(None, "wallet_id", "reversed_entry_id", postgresql_where=text("reversed_entry_id IS NOT NULL")),
        Index(None, "coupon_id", "used_at"),
        CheckConstraint("amount >= 0", name="amount"),
    )
