"""Rows of referral."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Digest: Any = LargeBinary


class ReferralState(StrEnum):
    """How far a referral has come."""

    INVITED = "INVITED"
    """Somebody followed the link and asked to join; a code waits in their mail."""
    JOINED = "JOINED"
    """The friend is a member; a purchase is waited for, or the end of its return window."""
    QUALIFIED = "QUALIFIED"
    """The friend has bought, and kept it; the rewards are on their way."""
    REWARDED = "REWARDED"
    """Both sides were rewarded."""
    REFUSED = "REFUSED"
    """It does not count; `refusal` says why, to staff alone."""


class Refusal(StrEnum):
    """Why a referral does not count."""

    SELF = "SELF"
    """The friend is the member itself, or has become so."""
    SAME_HOUSEHOLD = "SAME_HOUSEHOLD"
    """Both share a wallet, or did when the friend joined."""
    SAME_CONTACT = "SAME_CONTACT"
    """The friend's address or number is the member's, or another friend's, but for letter case and plus-parts."""
    NOT_BROUGHT = "NOT_BROUGHT"
    """The friend was a member before the other, or had brought the other."""
    EXCLUDED = "EXCLUDED"
    """One of the two is in a segment that takes no part, such as staff."""
    TOO_MANY = "TOO_MANY"
    """The member has brought as many friends as count in this time."""
    TOO_FAST = "TOO_FAST"
    """More accounts brought one another within minutes than people do."""
    TOO_LATE = "TOO_LATE"
    """The code was told too long after joining, or nothing was bought in time."""
    RETURNED = "RETURNED"
    """What was bought came back."""
    MERGED = "MERGED"
    """The friend turned out to have been a member before."""
    GONE = "GONE"
    """One of the two is a member no more."""


class ReferralProgrammeRow(Row, table=True):
    """A version of a referral programme."""

    __tablename__ = "referral_programme"
    programme_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The owner; None: the coalition."""
    state: str
    name: str
    terms: dict[str, Any] = Field(sa_type=Json)
    drawn_up_at: datetime = Field(sa_type=Instant)
    live_from: datetime | None = Field(default=None, sa_type=Instant)
    live_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index(
            "uq_referral_programme_live",
            "partner_id",
            unique=True,
            postgresql_where=text("state = 'LIVE'"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("uq_referral_programme_draft", "programme_id", unique=True, postgresql_where=text("state = 'DRAFT'")),
        CheckConstraint("state IN ('DRAFT', 'LIVE', 'ENDED')", name="state"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("(state = 'DRAFT') = (live_from IS NULL)", name="live"),
    )


class ReferralCodeRow(Row, table=True):
    """By what a member invites under one programme."""

    __tablename__ = "referral_code"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    code: str
    made_at: datetime = Field(sa_type=Instant)

    __table_args__ = (Index("uq_referral_code_code", "code", unique=True),)


class ReferralAsk(Row, table=True):
    """When a member was last asked to invite somebody, and after which redemption."""

    __tablename__ = "referral_ask"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    asked_at: datetime = Field(sa_type=Instant)
    entry_id: UUID
    programme_id: UUID
    times: int


class Referral(Row, table=True):
    """One member brings another. The wallets are those of then; what has become of them is asked when it matters."""

    __tablename__ = "referral"
    referral_id: UUID = Field(primary_key=True)
    programme_id: UUID
    version: int
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The programme's owner; None: the coalition."""
    host: UUID = Field(foreign_key="partner.partner_id")
    state: str
    referrer_wallet_id: UUID
    referrer_id: UUID
    friend_wallet_id: UUID | None = None
    friend_id: UUID | None = None
    joined_through: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The partner at whose counter or page the code was told; None: by the friend itself, later."""
    invited_at: datetime = Field(sa_type=Instant)
    joined_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the friend became a member."""
    look_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it is to be looked at next; None: not any more."""
    qualified_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was rewarded or refused."""
    refusal: str | None = None
    evidence: dict[str, Any] = Field(sa_type=Json)
    """What the refusal stands on, for staff."""
    contacts: list[bytes] = Field(sa_type=ARRAY(LargeBinary))
    """Keyed digests of the friend's address and number, without letter case and plus-parts."""
    purchase_wallet_id: UUID | None = None
    purchase_entry_id: UUID | None = None
    """What qualified the friend."""
    returns: int
    """Returns of that purchase that were looked at."""
    referrer_entry: UUID | None = None
    friend_entry: UUID | None = None
    """The actions that rewarded the two; None: not yet, or nobody was there to get it."""

    __table_args__ = (
        Index(None, "referrer_id"),
        Index(
            "uq_referral_friend",
            "friend_id",
            unique=True,
            postgresql_where=text("friend_id IS NOT NULL AND state <> 'REFUSED'"),
        ),
        Index("ix_referral_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_referral_rewarded", "referral_id", postgresql_where=text("state = 'REWARDED'")),
        Index("ix_referral_owner", "partner_id", "referral_id"),
        CheckConstraint("state IN ('INVITED', 'JOINED', 'QUALIFIED', 'REWARDED', 'REFUSED')", name="state"),
        CheckConstraint("(state = 'REFUSED') = (refusal IS NOT NULL)", name="refusal"),
        CheckConstraint("state IN ('INVITED', 'REFUSED') OR friend_id IS NOT NULL", name="friend"),
        CheckConstraint("state NOT IN ('QUALIFIED', 'REWARDED') OR purchase_entry_id IS NOT NULL", name="purchase"),
    )
