"""The row of what moved on a day of a cycle: finished days are counted once, so that looking at it stays cheap."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from domain.storage import Row


class DailyFlow(Row, table=True):
    """The points that moved alike on one day, in the coalition's time zone."""

    __tablename__ = "daily_flow"
    flow_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    day: dt.date
    kind: str
    debit: str
    sponsor_id: UUID
    sponsor_contract_id: UUID
    accrual_cycle_id: UUID
    redeemer_id: UUID | None = None
    redeemer_contract_id: UUID | None = None
    cofunded: bool
    points: int = Field(sa_type=BigInteger)

    __table_args__ = (Index(None, "cycle_id", "day"), CheckConstraint("points > 0", name="points_positive"))
