"""Rows of persons: those who work for the coalition or for a partner."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.storage import Row
from partners.scopes import PersonRole, listed

Instant: Any = DateTime(timezone=True)
Words: Any = ARRAY(Text)

COALITION_ROLES = sorted(role for role in PersonRole if role.of_coalition)
PARTNER_ROLES = sorted(role for role in PersonRole if not role.of_coalition)


class Person(Row, table=True):
    """Somebody who works for the coalition or for a partner."""

    __tablename__ = "person"
    person_id: UUID = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    name: str
    email: str
    roles: list[str] = Field(sa_type=Words)
    active: bool
    created_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        # Within a partner only: a wider key would tell one partner whom another employs.
        UniqueConstraint("partner_id", "email", postgresql_nulls_not_distinct=True),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(
            f"cardinality(roles) > 0 AND CASE WHEN partner_id IS NULL THEN roles <@ {listed(COALITION_ROLES)}"
            f" ELSE roles <@ {listed(PARTNER_ROLES)} END",
            name="roles",
        ),
    )
