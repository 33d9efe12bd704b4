"""Rows of the coalition: partners and what they have agreed."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Price: Any = Numeric(18, 6)
Share: Any = Numeric(7, 6)


class PartnerRole(StrEnum):
    """What a firm does; a firm may do several."""

    MANUFACTURER = "MANUFACTURER"
    """Makes goods that others sell."""
    DISTRIBUTOR = "DISTRIBUTOR"
    """Supplies shops of others."""
    RETAILER = "RETAILER"
    """Sells to members in shops of its own."""
    SERVICE = "SERVICE"
    """Sells services."""


class PartnerStatus(StrEnum):
    """Where a partner stands on its way in or out."""

    ADMITTED = "ADMITTED"
    """Accepted, not yet trading."""
    ACTIVE = "ACTIVE"
    """Awards and honours points."""
    SUSPENDED = "SUSPENDED"
    """Neither awards nor honours points for now."""
    LEAVING = "LEAVING"
    """Awards no more; its points are honoured until it has left."""
    SETTLING = "SETTLING"
    """Neither awards nor honours points any more; its last settlement is under way."""
    CLOSED = "CLOSED"
    """Has left; only its history remains."""


class ReturnPolicy(StrEnum):
    """What a sponsor gets back when goods are returned after the points were spent."""

    PENDING_ONLY = "PENDING_ONLY"
    """Only points that are still waiting."""
    WITHIN_BALANCE = "WITHIN_BALANCE"
    """What the wallet has, never below zero; the rest is the sponsor's."""
    DEBT = "DEBT"
    """What the wallet has, and the rest is owed from later earnings."""


class Billing(StrEnum):
    """When a sponsor pays for the points it awards."""

    POSTPAID = "POSTPAID"
    """After each cycle."""
    PREPAID = "PREPAID"
    """In packs, before the points are awarded."""


class TaxRule(StrEnum):
    """How value added tax is charged between a partner and the operator."""

    STANDARD = "STANDARD"
    """At the contract's rates."""
    REVERSE_CHARGE = "REVERSE_CHARGE"
    """None: who is supplied accounts for it (supply to another country of the Union)."""
    EXEMPT = "EXEMPT"
    """None: what is supplied is exempt."""


class DisputedLines(StrEnum):
    """What happens to a line of a statement while it is disputed."""

    PROVISIONAL = "PROVISIONAL"
    """It is paid, and given back if the dispute is upheld."""
    LEFT_OUT = "LEFT_OUT"
    """It is left out, and charged later if the dispute is rejected."""


class Coalition(Row, table=True):
    """The programme itself: one a database."""

    __tablename__ = "coalition"
    coalition_id: UUID = Field(primary_key=True)
    name: str
    purpose: str
    currency: str
    """Settlement currency."""
    standard_price: Decimal = Field(sa_type=Price)
    """What a point is worth where no contract says otherwise."""
    time_zone: str
    operator_name: str
    grace_days: int
    """How long an expired lot lives on when a redemption of it is reversed."""
    sandbox: bool
    clock_at: datetime | None = Field(default=None, sa_type=Instant)
    """The sandbox's clock; it only moves forward. None: the real time."""
    earning_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    """From when on nobody earns points any more; None: the coalition goes on."""
    spending_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    """Until when points can be spent, where the coalition ends."""
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it came to its end."""

    __table_args__ = (
        CheckConstraint("sandbox OR clock_at IS NULL", name="clock_only_in_sandbox"),
        CheckConstraint("standard_price >= 0", name="standard_price_not_negative"),
        CheckConstraint(
            "spending_ends_at >= earning_ends_at AND (earning_ends_at IS NULL) = (spending_ends_at IS NULL)"
            " AND (closed_at IS NULL OR closed_at >= spending_ends_at)",
            name="winding_down",
        ),
    )


class Partner(Row, table=True):
    """A firm that takes part."""

    __tablename__ = "partner"
    partner_id: UUID = Field(primary_key=True)
    slug: str
    name: str
    roles: list[str] = Field(sa_type=ARRAY(Text))
    status: str
    hue: int
    """The colour that stands for the partner everywhere, in degrees of the colour wheel."""
    joined_at: datetime = Field(sa_type=Instant)
    number: int | None = Field(default=None, sa_column=Column(Integer, Identity(always=False), nullable=False))
    """Counts partners from one, given by the database: references and numbers of invoices are made of it."""
    leaves_at: datetime | None = Field(default=None, sa_type=Instant)
    """From when on it funds no more points; None: it stays."""
    honours_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until when its tills honour points, where it leaves."""

    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("number"),
        CheckConstraint("number BETWEEN 1 AND 9999", name="number"),
        CheckConstraint(
            "status IN ('ADMITTED', 'ACTIVE', 'SUSPENDED', 'LEAVING', 'SETTLING', 'CLOSED')", name="status"
        ),
        CheckConstraint("honours_until >= leaves_at AND (leaves_at IS NULL) = (honours_until IS NULL)", name="leaving"),
        CheckConstraint(
            "cardinality(roles) > 0 AND roles <@ ARRAY['MANUFACTURER', 'DISTRIBUTOR', 'RETAILER', 'SERVICE']",
            name="roles",
        ),
        CheckConstraint("hue BETWEEN 0 AND 359", name="hue"),
    )


class LegalEntity(Row, table=True):
    """The firm's company that settles; one of no partner is the operator's own."""

    __tablename__ = "legal_entity"
    legal_entity_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    name: str
    country: str
    registration: str | None = None
    tax_number: str | None = None
    iban: str | None = None
    bic: str | None = None
    street: str | None = None
    building: str | None = None
    post_code: str | None = None
    town: str | None = None
    email: str | None = None
    """Where its finance people want statements and notices."""
    language: str = "en"
    """In which its statements are written: en, lv, bg, fi, hu."""

    __table_args__ = (
        CheckConstraint("language IN ('en', 'lv', 'bg', 'fi', 'hu')", name="language"),
        Index(
            "uq_legal_entity_operator",
            text("(partner_id IS NULL)"),
            unique=True,
            postgresql_where=text("partner_id IS NULL"),
        ),
    )


class BankOutcome(StrEnum):
    """What became of a change of a company's account."""

    CONFIRMED = "CONFIRMED"
    """A second person confirmed it; payments go there from now on."""
    REJECTED = "REJECTED"
    """It was turned down, or taken back."""


class BankChange(Row, table=True):
    """Where a company is to be paid from now on, as one person proposed it and another has to confirm."""

    __tablename__ = "bank_change"
    bank_change_id: UUID = Field(primary_key=True)
    legal_entity_id: UUID = Field(foreign_key="legal_entity.legal_entity_id")
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """Whose company it is; None: the operator's."""
    iban: str
    bic: str | None = None
    proposed_by: UUID
    proposed_at: datetime = Field(sa_type=Instant)
    outcome: str | None = None
    """None: it waits for a second person."""
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("uq_bank_change_waiting", "legal_entity_id", unique=True, postgresql_where=text("outcome IS NULL")),
        CheckConstraint("outcome IN ('CONFIRMED', 'REJECTED')", name="outcome"),
        CheckConstraint("num_nonnulls(outcome, decided_by, decided_at) IN (0, 3)", name="decided"),
        CheckConstraint("outcome <> 'CONFIRMED' OR decided_by <> proposed_by", name="second_person"),
    )


class Brand(Row, table=True):
    """The name a member sees."""

    __tablename__ = "brand"
    brand_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    legal_entity_id: UUID = Field(foreign_key="legal_entity.legal_entity_id")
    name: str


class Outlet(Row, table=True):
    """A shop, a web shop, a counter: where purchases are made and points are spent."""

    __tablename__ = "outlet"
    outlet_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    brand_id: UUID = Field(foreign_key="brand.brand_id")
    code: str
    """The partner's own name for it."""
    name: str
    time_zone: str
    supplier_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The distributor that supplies it."""
    closed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (UniqueConstraint("partner_id", "code"), Index(None, "supplier_id"))


class Contract(Row, table=True):
    """One version of what a partner has agreed; it never changes once in force."""

    __tablename__ = "contract"
    contract_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    legal_entity_id: UUID = Field(foreign_key="legal_entity.legal_entity_id")
    version: int
    valid_from: datetime = Field(sa_type=Instant)
    issues: bool
    """May fund points."""
    redeems: bool
    """Honours points."""
    price: Decimal = Field(sa_type=Price)
    """What a point costs its sponsor."""
    bands: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """Lower prices by volume: [{"from": points in the cycle, "price": "0.0090"}], all at the band reached."""
    price_redeem: Decimal = Field(sa_type=Price)
    """What a redeemer gets for a point spent with it."""
    share_at_issuance: Decimal = Field(sa_type=Share)
    """The part of the price due when points are awarded; the rest is due when they are spent."""
    fee_per_point: Decimal = Field(default=Decimal(0), sa_type=Price)
    fee_share: Decimal = Field(default=Decimal(0), sa_type=Share)
    """Operator's fee as a share of the charge at issuance."""
    fee_fixed: Decimal = Field(default=Decimal(0), sa_type=Price)
    fee_minimum: Decimal = Field(default=Decimal(0), sa_type=Price)
    breakage_issuer: Decimal = Field(default=Decimal(0), sa_type=Share)
    breakage_redeemers: Decimal = Field(default=Decimal(0), sa_type=Share)
    breakage_charity: Decimal = Field(default=Decimal(0), sa_type=Share)
    """Who shares what was paid for points that expire; what is left is the operator's."""
    tax_supply: Decimal = Field(default=Decimal(0), sa_type=Share)
    """Tax on what the partner pays."""
    tax_credit: Decimal = Field(default=Decimal(0), sa_type=Share)
    """Tax on what the partner is credited (self-billed)."""
    return_policy: str = "DEBT"
    return_days: int = 0
    """How long points wait before they can be spent."""
    billing: str = "POSTPAID"
    pack_points: int | None = Field(default=None, sa_type=BigInteger)
    """How many points one prepaid pack holds."""
    pack_alert: int | None = Field(default=None, sa_type=BigInteger)
    """The sponsor is told when fewer points than this are left of its packs."""
    pack_limit: bool = False
    """Whether points are refused once the packs are used up; otherwise more are billed after the cycle."""
    credit_limit: Decimal | None = Field(default=None, sa_type=Price)
    """The most the partner may owe for points awarded and not paid yet; None: no limit."""
    value_days: int = 14
    """How many days after the approval a balance is due."""
    tax_rule: str = "STANDARD"
    self_billing: bool = True
    """Whether the operator writes the partner's credit notes in its name."""
    dispute_days: int = 14
    """How many days after the proposal a line may be disputed."""
    disputed_lines: str = "PROVISIONAL"
    exclusive_categories: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    """Categories of goods that no competitor of the partner may fund points for, where it is exclusive."""
    territories: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    """Countries (ISO 3166, two letters) the contract and its exclusivity are for; none named: all."""
    notice_days: int = 90
    """How long before its exit a partner gives notice; it goes on as before until then."""
    tail_days: int = 180
    """How long after its exit its points are still honoured."""
    drawn_up_by: UUID | None = None
    """Who drew it up, or changed the draft last; None: the command line, or the programme's founding."""
    drawn_up_at: datetime | None = Field(default=None, sa_type=Instant)
    revision: int = 0
    """Counts the changes of the draft: who signs names what was read."""
    signed_by: UUID | None = None
    """Who signed it; None: the command line, or the programme's founding."""
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the draft was given up."""
    signed_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it came into force for postings; from then on it never changes."""

    __table_args__ = (
        UniqueConstraint("partner_id", "version"),
        CheckConstraint("issues OR redeems", name="does_something"),
        CheckConstraint("price >= 0 AND price_redeem >= 0", name="prices_not_negative"),
        CheckConstraint("share_at_issuance BETWEEN 0 AND 1", name="share_at_issuance"),
        CheckConstraint(
            "least(breakage_issuer, breakage_redeemers, breakage_charity) >= 0"
            " AND breakage_issuer + breakage_redeemers + breakage_charity <= 1",
            name="breakage_shares",
        ),
        CheckConstraint("least(fee_per_point, fee_share, fee_fixed, fee_minimum) >= 0", name="fees_not_negative"),
        CheckConstraint("least(tax_supply, tax_credit) >= 0", name="taxes_not_negative"),
        CheckConstraint("return_policy IN ('PENDING_ONLY', 'WITHIN_BALANCE', 'DEBT')", name="return_policy"),
        CheckConstraint("return_days BETWEEN 0 AND 400", name="return_days"),
        CheckConstraint("billing IN ('POSTPAID', 'PREPAID')", name="billing"),
        CheckConstraint("(billing = 'PREPAID') = (pack_points IS NOT NULL)", name="pack_when_prepaid"),
        CheckConstraint("pack_points > 0 AND pack_alert BETWEEN 0 AND pack_points", name="pack"),
        CheckConstraint("credit_limit >= 0", name="credit_limit"),
        CheckConstraint("tax_rule IN ('STANDARD', 'REVERSE_CHARGE', 'EXEMPT')", name="tax_rule"),
        CheckConstraint(
            "tax_rule = 'STANDARD' OR (tax_supply = 0 AND tax_credit = 0)",
            name="no_rate_without_tax",
        ),
        CheckConstraint("disputed_lines IN ('PROVISIONAL', 'LEFT_OUT')", name="disputed_lines"),
        CheckConstraint(
            "least(value_days, dispute_days, notice_days, tail_days) >= 0"
            " AND greatest(value_days, dispute_days, notice_days, tail_days) <= 1100",
            name="days",
        ),
        CheckConstraint("signed_by <> drawn_up_by", name="second_person"),
        CheckConstraint("(withdrawn_at IS NULL OR signed_at IS NULL) AND revision >= 0", name="withdrawn"),
    )

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed, withdrawn or signed."""
        return self.signed_at is None and self.withdrawn_at is None
