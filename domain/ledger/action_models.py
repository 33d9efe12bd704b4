"""Rows of what earns beside purchases: actions, counters that campaigns go by, and things won that are no points."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)


class TallyRow(Row, table=True):
    """Stamps of a card, uses of a cap, turns of a wheel: one counter of a wallet, as the last posting left it."""

    __tablename__ = "tally"
    wallet_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True)
    """Of whom or what it counts, what, whose, in which period (domain/earning/tallies.py)."""
    counted: int = Field(sa_type=BigInteger)
    rewarded: int = Field(sa_type=BigInteger)
    since: datetime | None = Field(default=None, sa_type=Instant)
    recent: list[datetime] = Field(sa_type=ARRAY(Instant))
    version: int
    """How often it was written: a posting that read another one is refused, and rated anew."""

    __table_args__ = (
        CheckConstraint("counted >= 0", name="counted"),
        CheckConstraint("rewarded >= 0", name="rewarded"),
        CheckConstraint("version > 0", name="version"),
    )


class TokenRow(Row, table=True):
    """A thing won that is no point; it goes with its wallet when that is merged."""

    __tablename__ = "token"
    wallet_id: UUID = Field(primary_key=True)
    token_id: UUID = Field(primary_key=True)
    home_wallet_id: UUID
    """Where it was won, and where its entry is."""
    entry_id: UUID
    member_id: UUID
    partner_id: UUID
    """Who recorded what won it."""
    campaign_id: UUID | None = None
    """The campaign that gave it; or else a reward."""
    campaign_version: int | None = None
    kind: str
    name: str
    given_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    taken_back_entry: UUID | None = None
    """The return, or the end of the redemption, that took it back."""
    voucher_id: UUID | None = None
    """The voucher that it is, where it works at the till."""
    reward_id: UUID | None = None
    """Of whose draw it is a ticket."""
    reward_version: int | None = None

    __table_args__ = (
        Index(None, "wallet_id", "entry_id"),
        Index(None, "reward_id", postgresql_where=text("reward_id IS NOT NULL")),
        CheckConstraint(
            "num_nonnulls(campaign_id, reward_id) = 1 AND (campaign_id IS NULL) = (campaign_version IS NULL)"
            " AND (reward_id IS NULL) = (reward_version IS NULL)",
            name="giver",
        ),
        CheckConstraint("kind IN ('COUPON', 'BADGE', 'TICKET')", name="kind"),
        CheckConstraint("expires_at > given_at", name="term"),
    )


class ActionRow(Row, table=True):
    """Something that a member did besides buying, or a day that came round, as it was rated."""

    __tablename__ = "action"
    wallet_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    partner_id: UUID
    """Who said so."""
    outlet_id: UUID | None = None
    kind: str
    """Its type."""
    occurred_at: datetime = Field(sa_type=Instant)
    attributes: dict[str, Any] = Field(sa_type=JSONB)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    """What it was rated by."""

    __table_args__ = (
        Index(
            None,
            "occurred_at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 16, "autosummarize": "on"},
        ),
    )


class ActionTypeRow(Row, table=True):
    """A type of actions that a partner thought of."""

    __tablename__ = "action_type"
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    name: str = Field(primary_key=True)
    fields: list[dict[str, Any]] = Field(sa_type=JSONB)
    """What it carries: name, kind, whether it is required."""
    defined_at: datetime = Field(sa_type=Instant)
    retired_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        CheckConstraint("name ~ '^[A-Z][A-Z0-9_]{0,39}$'", name="name"),
        CheckConstraint("retired_at >= defined_at", name="retired_later"),
    )
