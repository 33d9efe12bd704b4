"""Rows of looks back: what was found is kept, so that who pays sees it when agreeing."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Digest: Any = LargeBinary
Json: Any = JSONB


class CampaignBacktest(Row, table=True):
    """A look back over past purchases with a campaign's terms, as who asked for it sees it."""

    __tablename__ = "campaign_backtest"
    backtest_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """Who asked, about its own purchases; None: the coalition, about all of them."""
    campaign_id: UUID
    version: int
    fingerprint: bytes = Field(sa_type=Digest)
    """The terms that were looked at."""
    since: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    """Exclusive."""
    made_at: datetime = Field(sa_type=Instant)
    findings: dict[str, Any] = Field(sa_type=Json)

    __table_args__ = (
        Index(None, "campaign_id"),
        CheckConstraint("since < until", name="since_before_until"),
        CheckConstraint("length(fingerprint) = 32", name="fingerprint"),
    )


class CampaignBacktestShare(Row, table=True):
    """What of it one sponsor would have paid: its own to see, and the coalition's."""

    __tablename__ = "campaign_backtest_share"
    backtest_id: UUID = Field(primary_key=True, foreign_key="campaign_backtest.backtest_id")
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    """The sponsor."""
    campaign_id: UUID
    fingerprint: bytes = Field(sa_type=Digest)
    since: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    made_at: datetime = Field(sa_type=Instant)
    points: int = Field(sa_type=BigInteger)
    price: Decimal | None = Field(default=None, sa_type=Numeric)
    """What a point costs it; None: no contract under which it may fund is in force."""
    benefits: Decimal = Field(sa_type=Numeric)
    """Money it would have refunded."""
    members: int | None = None
    """Members that would have got something it pays for; None below ten."""

    __table_args__ = (Index(None, "campaign_id"),)
