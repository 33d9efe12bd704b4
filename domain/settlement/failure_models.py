"""Rows of partners that failed: who is set aside in which cycle, and the lines that were kept out of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, text
from sqlmodel import Field

from domain.settlement.models import LineColumns, line_laws
from domain.storage import Row

Instant: Any = DateTime(timezone=True)


class Fate(StrEnum):
    """What becomes of a partner in a cycle; each is asked for by one person and agreed to by another."""

    SET_ASIDE = "SET_ASIDE"
    """The cycle is settled without it."""
    TAKEN_BACK = "TAKEN_BACK"
    """It recovered: what was set aside is owed again."""
    WRITTEN_OFF = "WRITTEN_OFF"
    """It did not: the operator makes good what it owed."""


class SetAside(Row, table=True):
    """A partner's failure to settle one cycle, and what became of it."""

    __tablename__ = "set_aside"
    set_aside_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    fate: str | None = None
    """What two people agreed on last; None: nothing yet."""
    asked: str | None = None
    """What one person asks for, and no second has agreed to yet."""
    reason: str
    """Why, in the words of whoever asked last."""
    asked_by: UUID
    asked_at: datetime = Field(sa_type=Instant)
    agreed_by: UUID | None = None
    agreed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(
            "uq_set_aside_standing",
            "cycle_id",
            "partner_id",
            unique=True,
            postgresql_where=text("fate IS NULL OR fate = 'SET_ASIDE'"),
        ),
        Index(None, "partner_id"),
        CheckConstraint("fate IN ('SET_ASIDE', 'TAKEN_BACK', 'WRITTEN_OFF')", name="fate"),
        CheckConstraint("asked IN ('SET_ASIDE', 'TAKEN_BACK', 'WRITTEN_OFF')", name="asked"),
        CheckConstraint("(fate IS NULL) = (agreed_by IS NULL) AND (fate IS NULL) = (agreed_at IS NULL)", name="agreed"),
        CheckConstraint("asked IS NOT NULL OR agreed_by <> asked_by", name="second_person"),
    )


class SetAsideLine(LineColumns, table=True):
    """A money line that a failed partner is a side of: a claim, kept out of the statements."""

    __tablename__ = "set_aside_line"
    __table_args__ = line_laws()
