"""Rows of earning."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Ids: Any = ARRAY(Uuid)
Texts: Any = ARRAY(Text)
Json: Any = JSONB
Digest: Any = LargeBinary


class CampaignRow(Row, table=True):
    """One version of a campaign."""

    __tablename__ = "campaign"
    campaign_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=Integer)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """The owner."""
    name: str
    state: str
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    rule: dict[str, Any] = Field(sa_type=Json)
    """What it gives for which lines; docs/earning.md has the form."""
    partners: list[UUID] = Field(sa_type=Ids)
    """Whose purchases it applies to."""
    outlets: list[UUID] = Field(sa_type=Ids)
    """Only these outlets; empty: all."""
    tiers: list[str] = Field(sa_type=Texts)
    """Only members of these tiers; empty: everyone."""
    sponsors: list[UUID] = Field(sa_type=Ids)
    shares: list[str] = Field(sa_type=Texts)
    """Each sponsor's share as an exact ratio."""
    return_days: int | None = None
    """How long points wait for a return; None: they can be spent at once."""
    expiry: dict[str, Any] = Field(sa_type=Json)
    rounding: str
    priority: int
    parts: dict[str, Any] = Field(sa_type=Json, sa_column_kwargs={"server_default": text("'{}'")})
    """When and for whom it holds, beside whom it gives, caps, budget, release: what differs from the usual."""
    fingerprint: bytes = Field(sa_type=Digest)
    """A digest of the terms, named by the sponsors' agreements."""
    commitment: bytes | None = Field(default=None, sa_type=Digest)
    """SHA-256 of the seed its wheels turn by; None: it has none, or was never live."""
    created_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)
    """When it was paused, ended or followed by the next version."""

    __table_args__ = (
        Index("uq_campaign_one_draft", "campaign_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        Index("uq_campaign_one_live", "campaign_id", unique=True, postgresql_where=text("state IN ('LIVE', 'PAUSED')")),
        Index(None, "partner_id"),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')", name="state"),
        CheckConstraint("rounding IN ('DOWN', 'HALF_EVEN', 'UP')", name="rounding"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("cardinality(sponsors) > 0 AND cardinality(sponsors) = cardinality(shares)", name="sponsors"),
        CheckConstraint("cardinality(partners) > 0", name="partners"),
        CheckConstraint("return_days BETWEEN 0 AND 400", name="return_days"),
        CheckConstraint(
            "CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL"
            " WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL"
            " WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL"
            " ELSE (live_from IS NULL) = (live_until IS NULL) END",
            name="live_times",
        ),
        CheckConstraint("length(commitment) = 32", name="commitment"),
    )


class CampaignAgreement(Row, table=True):
    """A sponsor agrees to fund its share of a campaign under exactly these terms."""

    __tablename__ = "campaign_agreement"
    campaign_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    """The sponsor."""
    fingerprint: bytes = Field(primary_key=True, sa_type=Digest)
    """The terms agreed to; other terms need another agreement."""
    version: int
    owner_id: UUID
    """Whose campaign it is."""
    agreed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (ForeignKeyConstraint(["campaign_id", "version"], ["campaign.campaign_id", "campaign.version"]),)


class CampaignSeed(Row, table=True):
    """What a campaign's wheels turn by: secret while it goes on; its digest is public from the start."""

    __tablename__ = "campaign_seed"
    campaign_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    seed: bytes = Field(sa_type=Digest)
    made_at: datetime = Field(sa_type=Instant)
    revealed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (CheckConstraint("length(seed) = 32", name="seed"),)
