"""Limits, and the buckets that hold what each caller has left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from domain.storage import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So much in so long, for each caller apart."""

    name: str
    """What is limited, as answers name it."""
    amount: int
    """The most a bucket holds."""
    period: timedelta
    """How long an empty bucket takes to fill."""
    guards: bool = False
    """Whether it protects a secret: while nobody can count, nobody is let through."""

    @property
    def seconds(self) -> float:
        """The period in seconds."""
        return self.period.total_seconds()

    @property
    def rate(self) -> float:
        """How much a bucket gains in a second."""
        return self.amount / self.seconds


class Bucket(Row, table=True):
    """What a caller has left, told by the instant at which its bucket is full again."""

    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012  # as SQLAlchemy names it

    bucket_hash: bytes = Field(primary_key=True)
    """A keyed hash of the limit's name and the caller, so that no address or account can be read here."""
    full_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a bucket gave."""

    amount: int
    """How much; 0 where it held less than the least that was wanted."""
    seconds_to_full: float
    """How long until the bucket is full again, with what was taken now."""
