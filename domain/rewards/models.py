"""Rows of rewards."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Ids: Any = ARRAY(Uuid)
Json: Any = JSONB
Digest: Any = LargeBinary


class RewardRow(Row, table=True):
    """One version of a reward."""

    __tablename__ = "reward"
    reward_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=Integer)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The owner."""
    state: str
    name: str
    kind: str
    partners: list[UUID] = Field(sa_type=Ids)
    """Where it can be had."""
    sponsors: list[UUID] = Field(sa_type=Ids)
    """Who pays anything beyond the points: sponsors, and who matches gifts."""
    personal: bool
    """Whether it is for members of segments only."""
    terms: dict[str, Any] = Field(sa_type=Json)
    """Everything it promises; docs/rewards.md has the form."""
    fingerprint: bytes = Field(sa_type=Digest)
    """A digest of the terms, named by the sponsors' agreements."""
    commitment: bytes | None = Field(default=None, sa_type=Digest)
    """SHA-256 of the seed of its draw; None: it has none, or was never live."""
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)
    """When it was paused, ended or followed by the next version."""

    __table_args__ = (
        Index("uq_reward_one_draft", "reward_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index("uq_reward_one_live", "reward_id", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")),
        Index(None, "partner_id"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint("cardinality(partners) > 0", name="partners"),
        CheckConstraint("length(commitment) = 32", name="commitment"),
        CheckConstraint(
            "CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL"
            " WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL"
            " WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL"
            " ELSE (live_from IS NULL) = (live_until IS NULL) END",
            name="live_times",
        ),
    )


class RewardAgreement(Row, table=True):
    """A sponsor agrees to pay its share of a reward under exactly these terms."""

    __tablename__ = "reward_agreement"
    reward_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    """The sponsor."""
    fingerprint: bytes = Field(primary_key=True, sa_type=Digest)
    """The terms agreed to; other terms need another agreement."""
    version: int
    owner_id: UUID
    """Whose reward it is."""
    agreed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (ForeignKeyConstraint(["reward_id", "version"], ["reward.reward_id", "reward.version"]),)


class RewardSeed(Row, table=True):
    """What a draw goes by: secret until it is drawn; its digest is public from the start."""

    __tablename__ = "reward_seed"
    reward_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    seed: bytes = Field(sa_type=Digest)
    made_at: datetime = Field(sa_type=Instant)
    revealed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (CheckConstraint("length(seed) = 32", name="seed"),)


class RewardDraw(Row, table=True):
    """A draw that took place, once for each reward."""

    __tablename__ = "reward_draw"
    reward_id: UUID = Field(primary_key=True)
    version: int
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    tickets: int
    digest: bytes = Field(sa_type=Digest)
    """SHA-256 of a line for each ticket: number, ticket and holder."""
    drawn_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        CheckConstraint("tickets >= 0", name="tickets"),
        ForeignKeyConstraint(["reward_id", "version"], ["reward.reward_id", "reward.version"]),
    )


class RewardTicket(Row, table=True):
    """A ticket as it was closed for its draw."""

    __tablename__ = "reward_ticket"
    reward_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=Integer)
    ticket_id: UUID
    holder: str
    """A pseudonym of the member, the same on all tickets of theirs in this draw."""
    partner_id: UUID
    wallet_id: UUID
    member_id: UUID

    __table_args__ = (UniqueConstraint("reward_id", "ticket_id"), CheckConstraint("number >= 0", name="number"))


class RewardWinner(Row, table=True):
    """A ticket that won."""

    __tablename__ = "reward_winner"
    reward_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True, sa_type=Integer)
    """In the order drawn, from 1."""
    number: int
    """Of the ticket."""
    thing: str
    partner_id: UUID
    wallet_id: UUID
    member_id: UUID
    entry_id: UUID | None = None
    """The redemption by which the prize is handed over; None: not yet made."""

    __table_args__ = (
        UniqueConstraint("reward_id", "number"),
        CheckConstraint("place > 0", name="place"),
        ForeignKeyConstraint(["reward_id", "number"], ["reward_ticket.reward_id", "reward_ticket.number"]),
    )
