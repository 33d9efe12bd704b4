"""What members chose about rewards that come by themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row


class CertificateChoice(Row, table=True):
    """Whether a member saves the points of a reward that comes by itself, or which step it takes."""

    __tablename__ = "certificate_choice"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    reward_id: UUID = Field(primary_key=True)
    saving: bool
    """Whether it comes only when the member asks."""
    step: int | None = None
    """Which step comes by itself, from 1; None: the first that costs points."""
    chosen_at: datetime = Field(sa_type=Instant)

    __table_args__ = (CheckConstraint("step > 0", name="step"),)
