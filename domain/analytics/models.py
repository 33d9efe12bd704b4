"""Rows of what campaigns came to, folded hour by hour so that looking at it stays cheap."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, text
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Exact: Any = Numeric(20, 6)


class CampaignHour(Row, table=True):
    """What a campaign came to in an hour: by sponsor and price of points, in money, and in all (no sponsor)."""

    __tablename__ = "campaign_hour"
    row_id: UUID = Field(primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")})
    campaign_id: UUID
    hour: datetime = Field(sa_type=Instant)
    """When it began, by the coalition's clock."""
    sponsor_id: UUID | None = None
    sponsor_contract_id: UUID | None = None
    accrual_cycle_id: UUID | None = None
    awards: int = Field(sa_type=BigInteger)
    """Purchases and actions for which it gave anything."""
    reached: int = Field(sa_type=BigInteger)
    """Members to whom it gave something for the first time."""
    tokens: int = Field(sa_type=BigInteger)
    points: int = Field(sa_type=BigInteger)
    points_back: int = Field(sa_type=BigInteger)
    money: Decimal = Field(sa_type=Exact)
    money_back: Decimal = Field(sa_type=Exact)

    __table_args__ = (
        Index(
            "uq_campaign_hour_one",
            "campaign_id",
            "hour",
            "sponsor_id",
            "sponsor_contract_id",
            "accrual_cycle_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )


class CampaignReach(Row, table=True):
    """A member to whom a campaign has given anything."""

    __tablename__ = "campaign_reach"
    campaign_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)


class CampaignFold(Row, table=True):
    """Until when all that was posted is folded."""

    __tablename__ = "campaign_fold"
    single: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": text("true")})
    folded_until: datetime = Field(sa_type=Instant)

    __table_args__ = (CheckConstraint("single", name="one"),)
