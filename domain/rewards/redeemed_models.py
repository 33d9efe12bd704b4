"""Rows of redeemed rewards: what each redemption was for, what is left of it, and how far it has been handed over."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)


class FulfilmentState(StrEnum):
    """How far a redeemed reward has been handed over."""

    HELD = "HELD"
    """Its points are set aside; it is due once they are captured."""
    TO_DO = "TO_DO"
    """Nobody has begun."""
    READY = "READY"
    """It can be collected, or is on its way."""
    DONE = "DONE"
    """The member has it."""
    CANCELLED = "CANCELLED"
    """All of it was taken back: voided, lapsed or reversed."""


class RewardRedemption(Row, table=True):
    """What a redemption was for; one to one with its entry, whose content is the digest of what was promised."""

    __tablename__ = "reward_redemption"
    wallet_id: UUID = Field(primary_key=True)
    """Where its member's points are now."""
    entry_id: UUID = Field(primary_key=True)
    """The entry that made or authorized the redemption."""
    home_wallet_id: UUID
    """The wallet of that entry."""
    member_id: UUID
    partner_id: UUID
    """Where the reward is had: who is paid for the points."""
    owner_id: UUID
    """Whose reward it is."""
    reward_id: UUID
    version: int
    step: int | None = None
    """Which of the reward's steps, from 1; None: it was paid with points."""
    pieces: int
    pieces_left: int
    """What of them was not taken back."""
    points: int = Field(sa_type=BigInteger)
    """For all pieces; what was asked, before any capture in part."""
    unit_points: int = Field(sa_type=BigInteger)
    """Only multiples of so many points can be captured or taken back."""
    money: int = Field(sa_type=BigInteger)
    """Paid beside the points, in minor units."""
    currency: str
    worth: dict[str, Any] = Field(sa_type=JSONB)
    """What one piece is worth, as the reward said it."""
    from_stock: bool
    """Whether its pieces came out of the reward's stock."""
    counts: list[str] = Field(sa_type=ARRAY(String))
    """The counters that its limits go by."""
    gives: dict[str, Any] = Field(sa_type=JSONB)
    """What comes with it: the money taken off by line, benefits, vouchers, tickets."""
    fulfilment: str
    state: str
    redeemed_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    changed_by: UUID | None = None
    """The person or client that took the latest step by hand."""
    note: str | None = None

    __table_args__ = (
        Index(None, "home_wallet_id"),
        Index(None, "reward_id", "redeemed_at"),
        Index(
            "ix_reward_redemption_waiting",
            "partner_id",
            "redeemed_at",
            postgresql_where=text("state IN ('TO_DO', 'READY')"),
        ),
        CheckConstraint("pieces > 0", name="pieces"),
        CheckConstraint("pieces_left BETWEEN 0 AND pieces", name="pieces_left"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("unit_points BETWEEN 0 AND points", name="unit_points"),
        CheckConstraint("money >= 0", name="money"),
        CheckConstraint("fulfilment IN ('AT_THE_TILL', 'COLLECTED', 'SENT', 'BY_PARTNER')", name="fulfilment"),
        CheckConstraint("state IN ('HELD', 'TO_DO', 'READY', 'DONE', 'CANCELLED')", name="state"),
        CheckConstraint("(state = 'CANCELLED') = (pieces_left = 0)", name="cancelled"),
    )
