"""Rows of the ledger. Entries and transfers are appended, never changed; the rest can be rebuilt from them.

All rows of a wallet carry wallet_id first in their keys, so that wallets can live on many machines.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, LargeBinary, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, Integer, String

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Digest: Any = LargeBinary


class EntryKind(StrEnum):
    """The business event that an entry records."""

    PURCHASE = "PURCHASE"
    """A basket was bought."""
    ACTION = "ACTION"
    """A member did something else that may earn, or its day came round."""
    RETURN = "RETURN"
    """Goods came back."""
    REDEMPTION = "REDEMPTION"
    """Points were spent at once."""
    AUTHORIZATION = "AUTHORIZATION"
    """Points were set aside."""
    CAPTURE = "CAPTURE"
    """Points set aside were spent."""
    VOID = "VOID"
    """Points set aside were given back."""
    LAPSE = "LAPSE"
    """A hold ran out of time."""
    REVERSAL = "REVERSAL"
    """A redemption was taken back."""
    ADJUSTMENT = "ADJUSTMENT"
    """Points were given without a purchase."""
    RELEASE = "RELEASE"
    """Points became available."""
    REPAYMENT = "REPAYMENT"
    """Points paid a debt."""
    EXPIRY = "EXPIRY"
    """Points reached the end of their term."""
    MOVE_OUT = "MOVE_OUT"
    """Points left for another wallet."""
    MOVE_IN = "MOVE_IN"
    """Points came from another wallet."""
    VOUCHER = "VOUCHER"
    """Vouchers were used."""
    VOUCHER_REVERSAL = "VOUCHER_REVERSAL"
    """A use of vouchers was taken back."""
    VOUCHER_GIFT = "VOUCHER_GIFT"
    """Vouchers were given."""
    VOUCHER_RECALL = "VOUCHER_RECALL"
    """A voucher that was given was taken back unused."""


class TransferKind(StrEnum):
    """What a transfer does; the kind fixes the accounts it may move points between."""

    ACCRUE = "ACCRUE"
    """A sponsor funds points."""
    RELEASE = "RELEASE"
    """Waiting points become available."""
    HOLD = "HOLD"
    """Points are set aside."""
    VOID = "VOID"
    """Points set aside come back."""
    REDEEM = "REDEEM"
    """Points are spent."""
    UNREDEEM = "UNREDEEM"
    """Spent points come back into the lots they were drawn from."""
    CLAWBACK = "CLAWBACK"
    """A sponsor takes back points that a smaller basket would not have earned."""
    REPAY = "REPAY"
    """Points pay what is owed after a claw-back."""
    EXPIRE = "EXPIRE"
    """Points reach the end of their term."""
    MOVE = "MOVE"
    """Points go to another wallet."""
    ADJUST = "ADJUST"
    """Points are given without a purchase."""


class Account(StrEnum):
    """Where points are: with a sponsor, in a wallet, or gone. Accounts are values, never rows to lock."""

    ISSUED = "ISSUED"
    """With the sponsor that funds them."""
    PENDING = "PENDING"
    """In the wallet, waiting."""
    AVAILABLE = "AVAILABLE"
    """In the wallet, to be spent."""
    HELD = "HELD"
    """In the wallet, set aside."""
    DEBT = "DEBT"
    """Owed by the wallet."""
    REDEEMED = "REDEEMED"
    """With the partner that gave value for them."""
    EXPIRED = "EXPIRED"
    """Gone at the end of their term."""
    TRANSIT = "TRANSIT"
    """Between two wallets."""


class HoldState(StrEnum):
    """Where a hold stands; all but OPEN are final."""

    OPEN = "OPEN"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    LAPSED = "LAPSED"


class Wallet(Row, table=True):
    """Points of one member, or of a household; its row lock is the one lock of a posting."""

    __tablename__ = "wallet"
    wallet_id: UUID = Field(primary_key=True)
    available: int = Field(sa_type=BigInteger)
    pending: int = Field(sa_type=BigInteger)
    held: int = Field(sa_type=BigInteger)
    debt: int = Field(sa_type=BigInteger)
    version: int = Field(sa_type=BigInteger)
    """How many entries the wallet has."""
    head: bytes = Field(sa_type=Digest)
    """The hash of the last entry: each entry's hash covers the one before."""
    opened_at: datetime = Field(sa_type=Instant)
    active_at: datetime = Field(sa_type=Instant)
    """The last purchase or redemption, for terms that run from inactivity."""
    merged_into: UUID | None = None


class Entry(Row, table=True):
    """One business event of one wallet; names who recorded it, and its place in the wallet's chain."""

    __tablename__ = "entry"
    wallet_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    kind: str
    member_id: UUID | None = None
    partner_id: UUID
    """Who recorded it; the coalition's id for what the ledger does by itself."""
    outlet_id: UUID | None = None
    channel: str | None = None
    staff: str | None = None
    reference: str | None = None
    """The partner's own number, such as the receipt's."""
    idempotency_key: str
    fingerprint: bytes = Field(sa_type=Digest)
    """SHA-256 of the request: the same key with another request is refused."""
    refers_to: UUID | None = None
    """The entry this one answers: the purchase of a return, the hold of a capture."""
    occurred_at: datetime = Field(sa_type=Instant)
    """By the partner's clock."""
    posted_at: datetime = Field(sa_type=Instant)
    """By ours."""
    cycle_id: UUID
    content: bytes | None = Field(default=None, sa_type=Digest)
    """The digest of what it carries besides transfers: a basket, the goods that came back."""
    hash: bytes = Field(sa_type=Digest)

    __table_args__ = (
        UniqueConstraint("wallet_id", "version"),
        UniqueConstraint("wallet_id", "partner_id", "idempotency_key"),
        Index("uq_entry_partner_id_idempotency_key", "partner_id", "idempotency_key", unique=True),
        Index(None, "cycle_id"),
        Index("ix_entry_reference", "reference", "partner_id", postgresql_where=text("reference IS NOT NULL")),
        Index("ix_entry_posted_at", "posted_at", postgresql_using="brin"),
        Index("ix_entry_move_out", "wallet_id", postgresql_where=text("kind = 'MOVE_OUT'")),
    )


class Transfer(Row, table=True):
    """Points move from one account to another: one row, so it cannot be unbalanced."""

    __tablename__ = "transfer"
    wallet_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    n: int = Field(primary_key=True, sa_type=Integer)
    kind: str
    debit: str
    credit: str
    points: int = Field(sa_type=BigInteger)
    lot_id: UUID
    sponsor_id: UUID
    """Who funded the points."""
    sponsor_contract_id: UUID
    """The contract version under which they were funded."""
    accrual_cycle_id: UUID
    """The cycle in which they were funded; it fixes their price."""
    redeemer_id: UUID | None = None
    """Who gave value for them."""
    redeemer_contract_id: UUID | None = None
    campaign_id: UUID | None = None
    campaign_version: int | None = None
    partner_id: UUID
    cycle_id: UUID
    """The cycle this transfer is settled in."""
    move_id: UUID | None = None
    """Pairs the two halves of a move between wallets."""
    root_lot_id: UUID | None = None
    """The lot in which moved points were first earned."""
    debt_id: UUID | None = None
    available_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    inactivity_months: int | None = None

    __table_args__ = (Index(None, "cycle_id", "sponsor_id"),)


class Lot(Row, table=True):
    """Points earned together; a spend draws what expires first, then what is oldest."""

    __tablename__ = "lot"
    wallet_id: UUID = Field(primary_key=True)
    lot_id: UUID = Field(primary_key=True)
    entry_id: UUID
    member_id: UUID | None = None
    sponsor_id: UUID
    sponsor_contract_id: UUID
    accrual_cycle_id: UUID
    campaign_id: UUID | None = None
    campaign_version: int | None = None
    available_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    inactivity_months: int | None = None
    """The lot expires so many months after the wallet was last active."""
    original: int = Field(sa_type=BigInteger)
    remaining: int = Field(sa_type=BigInteger)
    """What is still in the wallet, held points included."""
    held: int = Field(sa_type=BigInteger)
    released: bool
    earned_at: datetime = Field(sa_type=Instant)
    root_lot_id: UUID | None = None

    __table_args__ = (
        Index("ix_lot_term", "expires_at", postgresql_where=text("remaining > 0")),
        Index("ix_lot_release", "available_at", postgresql_where=text("NOT released AND remaining > 0")),
        Index("ix_lot_root", "root_lot_id", postgresql_where=text("root_lot_id IS NOT NULL")),
        Index(
            "ix_lot_inactivity", "wallet_id", postgresql_where=text("inactivity_months IS NOT NULL AND remaining > 0")
        ),
    )


class Hold(Row, table=True):
    """Points set aside for a redemption; named by the entry that authorized it."""

    __tablename__ = "hold"
    wallet_id: UUID = Field(primary_key=True)
    hold_id: UUID = Field(primary_key=True)
    partner_id: UUID
    points: int = Field(sa_type=BigInteger)
    captured: int = Field(sa_type=BigInteger)
    state: str
    expires_at: datetime = Field(sa_type=Instant)

    __table_args__ = (Index("ix_hold_open", "expires_at", postgresql_where=text("state = 'OPEN'")),)


class Debt(Row, table=True):
    """Points owed after a claw-back of spent points, paid from later earnings."""

    __tablename__ = "debt"
    wallet_id: UUID = Field(primary_key=True)
    debt_id: UUID = Field(primary_key=True)
    entry_id: UUID
    n: int
    lot_id: UUID
    sponsor_id: UUID
    """To whom the points are owed."""
    redeemer_contract_id: UUID | None = None
    """Whose reimbursement price the repayment is charged at; None: the coalition's standard price."""
    points: int = Field(sa_type=BigInteger)
    repaid: int = Field(sa_type=BigInteger)


class Benefit(Row, table=True):
    """Value given in money: the sponsor pays, the redeemer that gave it receives."""

    __tablename__ = "benefit"
    wallet_id: UUID = Field(primary_key=True)
    benefit_id: UUID = Field(primary_key=True)
    entry_id: UUID
    kind: str
    sponsor_id: UUID
    redeemer_id: UUID
    amount: Decimal = Field(sa_type=Numeric(18, 6))
    currency: str
    campaign_id: UUID | None = None
    campaign_version: int | None = None
    state: str
    used_entry_id: UUID | None = None
    cycle_id: UUID
    reversed_entry_id: UUID | None = None
    reversed_cycle_id: UUID | None = None

    __table_args__ = (
        Index(None, "cycle_id"),
        Index("ix_benefit_reversed", "reversed_cycle_id", postgresql_where=text("reversed_cycle_id IS NOT NULL")),
    )


class Purchase(Row, table=True):
    """A basket as it was rated: what re-rating and backtests need."""

    __tablename__ = "purchase"
    wallet_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    partner_id: UUID
    outlet_id: UUID | None = None
    receipt_number: str | None = None
    occurred_at: datetime = Field(sa_type=Instant)
    currency: str
    total: int = Field(sa_type=BigInteger)
    """In minor units, as are the lines' amounts."""
    numbers: list[int] = Field(sa_type=ARRAY(Integer))
    skus: list[str] = Field(sa_type=ARRAY(String))
    quantities: list[Decimal] = Field(sa_type=ARRAY(Numeric))
    amounts: list[int] = Field(sa_type=ARRAY(BigInteger))
    facts: dict[str, Any] = Field(sa_type=JSONB)
    """What it was rated by: campaign versions, member facts, makers and categories of the lines."""
    returns: int

    __table_args__ = (
        Index(None, "partner_id", "receipt_number"),
        Index(
            None,
            "occurred_at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 16, "autosummarize": "on"},
        ),
    )


class PurchaseReturn(Row, table=True):
    """What came back of a purchase; lies with the purchase, numbered in order."""

    __tablename__ = "purchase_return"
    wallet_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    purchase_entry_id: UUID
    partner_id: UUID
    number: int
    numbers: list[int] = Field(sa_type=ARRAY(Integer))
    quantities: list[Decimal] = Field(sa_type=ARRAY(Numeric))
    amounts: list[int] = Field(sa_type=ARRAY(BigInteger))
    facts: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    """What was taken back besides points: things won, and what tallies had counted."""

    __table_args__ = (UniqueConstraint("wallet_id", "purchase_entry_id", "number"),)


class Adjustment(Row, table=True):
    """Points to be given without a purchase: one person asks, another agrees."""

    __tablename__ = "adjustment"
    adjustment_id: UUID = Field(primary_key=True)
    wallet_id: UUID
    member_id: UUID
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    points: int = Field(sa_type=BigInteger)
    reason: str
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    requested_by: UUID
    requested_at: datetime = Field(sa_type=Instant)
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
