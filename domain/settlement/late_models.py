"""The row that says how much of a cycle came late."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from domain.storage import Row


class LatePart(Row, table=True):
    """Points that moved in a cycle and by the partner's clock belong to the time of an earlier one."""

    __tablename__ = "late_part"
    part_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    """The cycle they were posted in, which settles them."""
    of_cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    """The cycle in whose time they happened."""
    kind: str
    debit: str
    sponsor_id: UUID = Field(foreign_key="partner.partner_id")
    sponsor_contract_id: UUID
    accrual_cycle_id: UUID
    redeemer_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    redeemer_contract_id: UUID | None = None
    cofunded: bool
    points: int = Field(sa_type=BigInteger)

    __table_args__ = (
        Index(None, "cycle_id", "sponsor_id"),
        CheckConstraint("points > 0", name="points_positive"),
        CheckConstraint("of_cycle_id <> cycle_id", name="of_an_earlier_cycle"),
    )
