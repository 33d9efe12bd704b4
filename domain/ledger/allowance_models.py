"""Rows of stops and allowances: what bounds how many points a sponsor may award."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, UniqueConstraint, text
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)


class StopReason(StrEnum):
    """Why a sponsor may fund no points for now."""

    UNSECURED = "UNSECURED"
    """The reserve does not cover the points that are out."""
    LEAVING = "LEAVING"
    """The sponsor, or the whole coalition, is on its way out."""
    FAILED = "FAILED"
    """The sponsor does not pay."""
    BY_HAND = "BY_HAND"
    """The coalition's people decided so."""


class AllowanceKind(StrEnum):
    """What an allowance is of."""

    PREPAID = "PREPAID"
    """Points of packs that were paid for."""
    CREDIT = "CREDIT"
    """What a sponsor may still come to owe."""
    BUDGET = "BUDGET"
    """What a campaign may still cost."""
    USES = "USES"
    """How often a coupon can still be used, by all together."""
    STOCK = "STOCK"
    """Pieces of a reward that are left."""


class Unit(StrEnum):
    """In what an allowance is counted."""

    POINTS = "POINTS"
    MILLIONTHS = "MILLIONTHS"
    """Of the unit of the coalition's currency."""
    PIECES = "PIECES"
    """Of a reward."""


class ChangeReason(StrEnum):
    """Why an allowance changed otherwise than by postings."""

    OPENED = "OPENED"
    """It was there for the first time."""
    PACK = "PACK"
    """A pack was paid."""
    REFUND = "REFUND"
    """What was left of packs was given back in money."""
    LIMIT = "LIMIT"
    """A contract with another limit came into force."""
    EXPOSURE = "EXPOSURE"
    """It was set by what the sponsor was found to owe."""
    BUDGET = "BUDGET"
    """A campaign went live with a budget, or with another one than before."""
    PACE = "PACE"
    """The next part of a campaign's budget became available."""
    USES = "USES"
    """A coupon went live for so many uses, or for another number than before."""
    STOCK = "STOCK"
    """Pieces of a reward were put in, or taken out."""


class CutReason(StrEnum):
    """Why an award was cut."""

    ISSUANCE_STOPPED = "ISSUANCE_STOPPED"
    """Its sponsor may fund no points for now."""
    PREPAID_USED_UP = "PREPAID_USED_UP"
    """Its sponsor's packs are used up."""
    CREDIT_LIMIT_REACHED = "CREDIT_LIMIT_REACHED"
    """Its sponsor would come to owe more than its limit."""
    BUDGET_USED_UP = "BUDGET_USED_UP"
    """All that its campaign may cost was given."""


class IssuanceStop(Row, table=True):
    """A sponsor (or, without one, every sponsor) funds no points from one time to another."""

    __tablename__ = "issuance_stop"
    stop_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    reason: str
    note: str | None = None
    stopped_at: datetime = Field(sa_type=Instant)
    stopped_by: UUID | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=Instant)
    lifted_by: UUID | None = None

    __table_args__ = (
        Index(
            "uq_issuance_stop_standing",
            "partner_id",
            "reason",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("reason IN ('UNSECURED', 'LEAVING', 'FAILED', 'BY_HAND')", name="reason"),
        CheckConstraint("lifted_at >= stopped_at", name="lifted_later"),
        CheckConstraint("lifted_by IS NULL OR lifted_at IS NOT NULL", name="lifted_by_somebody"),
    )


class Allowance(Row, table=True):
    """An amount that postings draw from and never overdraw; what is left of it stands in its slices."""

    __tablename__ = "allowance"
    allowance_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    kind: str
    subject_id: UUID
    """What it bounds: a sponsor, by the partner's id, a campaign, or a reward."""
    unit: str
    slices: int
    spread: int
    """Over how many of its slices the amount is laid, the first ones."""
    limit_amount: int | None = Field(default=None, sa_type=BigInteger)
    """CREDIT: the limit it was last set by."""
    opened_at: datetime = Field(sa_type=Instant)
    low_since: datetime | None = Field(default=None, sa_type=Instant)
    """When it was noticed that little is left; None: there is enough."""

    __table_args__ = (
        UniqueConstraint("subject_id", "kind"),
        CheckConstraint("kind IN ('PREPAID', 'CREDIT', 'BUDGET', 'STOCK')", name="kind"),
        CheckConstraint("unit IN ('POINTS', 'MILLIONTHS', 'PIECES')", name="unit"),
        CheckConstraint("slices BETWEEN 1 AND 64", name="slices"),
        CheckConstraint("spread BETWEEN 1 AND slices", name="spread"),
        CheckConstraint("limit_amount >= 0", name="limit_amount"),
        CheckConstraint("(kind = 'CREDIT') = (limit_amount IS NOT NULL)", name="limit_of_credit"),
    )


class AllowanceSlice(Row, table=True):
    """A part of what is left, so that many postings may draw at once."""

    __tablename__ = "allowance_slice"
    allowance_id: UUID = Field(primary_key=True, foreign_key="allowance.allowance_id")
    number: int = Field(primary_key=True)
    partner_id: UUID
    left_amount: int = Field(sa_type=BigInteger)

    __table_args__ = (
        CheckConstraint("number >= 0", name="number"),
        CheckConstraint("left_amount >= 0", name="never_overdrawn"),
    )


class AllowanceChange(Row, table=True):
    """What was put into an allowance, or taken out otherwise than by postings: appended, never changed."""

    __tablename__ = "allowance_change"
    change_id: UUID = Field(primary_key=True)
    """The pack that was paid; any id for the rest."""
    allowance_id: UUID = Field(foreign_key="allowance.allowance_id")
    partner_id: UUID
    amount: int = Field(sa_type=BigInteger)
    reason: str
    changed_at: datetime = Field(sa_type=Instant)
    changed_by: UUID | None = None

    __table_args__ = (
        Index(None, "allowance_id", "changed_at"),
        CheckConstraint(
            "reason IN ('OPENED', 'PACK', 'REFUND', 'LIMIT', 'EXPOSURE', 'BUDGET', 'PACE', 'STOCK')", name="reason"
        ),
    )


class AllowanceDraw(Row, table=True):
    """What a lot drew, and what a return gave back of it (less than nothing): appended, never changed.

    A budget is drawn by benefits too: by their ids, the points being minor units. Stock is drawn by redemptions: by the
    ids of their entries, the points being pieces.
    """

    __tablename__ = "allowance_draw"
    wallet_id: UUID = Field(primary_key=True)
    lot_id: UUID = Field(primary_key=True)
    allowance_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    partner_id: UUID
    cycle_id: UUID
    points: int = Field(sa_type=BigInteger)
    amount: int = Field(sa_type=BigInteger)
    """In the unit of the allowance."""
    drawn_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index(None, "allowance_id", "cycle_id"),
        CheckConstraint("points <> 0 AND sign(amount) IN (0, sign(points))", name="one_way"),
    )


class AwardCut(Row, table=True):
    """An award that its sponsor could not fund wholly: appended, never changed."""

    __tablename__ = "award_cut"
    wallet_id: UUID = Field(primary_key=True)
    lot_id: UUID = Field(primary_key=True)
    """The lot it became, or would have become."""
    entry_id: UUID
    partner_id: UUID
    """Who recorded the purchase."""
    sponsor_id: UUID
    campaign_id: UUID | None = None
    campaign_version: int | None = None
    points: int = Field(sa_type=BigInteger)
    """What the basket earned."""
    given: int = Field(sa_type=BigInteger)
    """What of it was given."""
    why: str
    cut_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index(None, "wallet_id", "entry_id"),
        Index(None, "sponsor_id", "cut_at"),
        CheckConstraint(
            "why IN ('ISSUANCE_STOPPED', 'PREPAID_USED_UP', 'CREDIT_LIMIT_REACHED', 'BUDGET_USED_UP')", name="why"
        ),
        CheckConstraint("given >= 0 AND given < points", name="given"),
    )
