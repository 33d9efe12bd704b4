"""Rows of reviews; migrations/sql/0039_reviews.sql writes all but the policies."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row

Json: Any = JSONB
Words: Any = ARRAY(String)


class ReviewState(StrEnum):
    """Where the newest words of a review or comment stand."""

    PENDING = "PENDING"
    """A moderator is to look at it."""
    PUBLISHED = "PUBLISHED"
    """Everybody may read it."""
    REFUSED = "REFUSED"
    """It was not published; what was shown before stays."""
    TAKEN_DOWN = "TAKEN_DOWN"
    """It was shown and is not any more."""
    WITHDRAWN = "WITHDRAWN"
    """Its author took it back."""


class RefusalReason(StrEnum):
    """Why something is not published. Few stars are no reason."""

    OFF_TOPIC = "OFF_TOPIC"
    """It is not about the product."""
    PERSONAL_DATA = "PERSONAL_DATA"
    """It names people, or tells how to reach them."""
    INSULT = "INSULT"
    """It insults."""
    ADVERTISING = "ADVERTISING"
    """It advertises."""
    FAKE = "FAKE"
    """It was not written by somebody who tells of the product; what it earned is taken back."""
    OTHER = "OTHER"
    """Something else; the moderator says what."""


class Signal(StrEnum):
    """What made words wait for a moderator; none of it refuses them."""

    LINK = "LINK"
    """There is an address of a page in it."""
    CONTACT = "CONTACT"
    """There is a telephone number or mail address in it."""
    REPEATED = "REPEATED"
    """The same words stand elsewhere."""
    MANY = "MANY"
    """Its author has written very many within a day."""


class Earning(StrEnum):
    """What became of a review's action."""

    NONE = "NONE"
    """Nothing is due, or not yet."""
    DUE = "DUE"
    """It is to be recorded."""
    EARNED = "EARNED"
    """It is in the books."""
    BACK_DUE = "BACK_DUE"
    """It was a fraud; what it earned is to be taken back."""
    TAKEN_BACK = "TAKEN_BACK"
    """What it earned was taken back."""


class Decision(StrEnum):
    """What a moderator decides."""

    PUBLISH = "PUBLISH"
    """Let everybody read it, or leave it so after readers found fault with it."""
    REFUSE = "REFUSE"
    """Do not publish what waits."""
    TAKE_DOWN = "TAKE_DOWN"
    """Show it no more."""


STATES = "state IN ('PENDING', 'PUBLISHED', 'REFUSED', 'TAKEN_DOWN', 'WITHDRAWN')"
REFUSED = "(state IN ('REFUSED', 'TAKEN_DOWN')) = (reason IS NOT NULL)"
WAITS = "(state = 'PENDING') = (waits_since IS NOT NULL)"


class ReviewPolicyRow(Row, table=True):
    """A version of how a partner, or the coalition, takes reviews."""

    __tablename__ = "review_policy"
    policy_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The owner; None: the coalition."""
    terms: dict[str, Any] = Field(sa_type=Json)
    set_at: datetime = Field(sa_type=Instant)
    set_by: UUID | None = None
    until: datetime | None = Field(default=None, sa_type=Instant)
    """When the next version took its place; None: it is the one in force."""

    __table_args__ = (
        Index(
            "uq_review_policy_one",
            "partner_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("version > 0", name="version"),
    )


class Review(Row, table=True):
    """What one member says of one product, as it stands."""

    __tablename__ = "review"
    review_id: UUID = Field(primary_key=True)
    subject: str
    """The product: `gtin:` and 14 digits, or `sku:`, the shop and its article number."""
    maker_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    member_id: UUID
    policy_id: UUID
    policy_version: int
    moderator_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """Who judges it; None: the coalition."""
    state: str
    """Of the newest words."""
    stars: int
    version: int
    """How many versions there are; the newest one's number."""
    shown: int | None = None
    """The version that everybody reads; None: none."""
    shown_stars: int | None = None
    shown_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when any version is shown."""
    verified: bool
    """Whether the member bought the product, and did not give all of it back."""
    held_for: list[str] = Field(sa_type=Words)
    """The signals that made it wait."""
    written_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    waits_since: datetime | None = Field(default=None, sa_type=Instant)
    reason: str | None = None
    reason_words: str | None = None
    objected_at: datetime | None = Field(default=None, sa_type=Instant)
    reports: int
    """How many readers found fault with it since a moderator last looked."""
    host: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """Who records the action; None: nobody."""
    earns: str
    earned_entry: UUID | None = None
    round: int
    """How often what it earned was taken back; part of the action's key."""
    followed_by: UUID | None = None
    """The other review of a member that turned out to be the same; it counts in place of this one."""
    looked_at: datetime = Field(sa_type=Instant)
    """When it was last asked whether the product was bought."""

    __table_args__ = (
        Index("uq_review_one_each", "member_id", "subject", unique=True, postgresql_where=text("followed_by IS NULL")),
        Index("ix_review_shown", "subject", "shown_at", "review_id", postgresql_where=text("shown IS NOT NULL")),
        Index(
            "ix_review_waits", "moderator_id", "waits_since", "review_id", postgresql_where=text("state = 'PENDING'")
        ),
        Index("ix_review_due", "review_id", postgresql_where=text("earns IN ('DUE', 'BACK_DUE')")),
        CheckConstraint(STATES, name="state"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint(
            "(shown IS NULL) = (shown_at IS NULL) AND (shown IS NULL) = (shown_stars IS NULL) AND shown <= version",
            name="shown",
        ),
        CheckConstraint("state <> 'PUBLISHED' OR shown = version", name="published"),
        CheckConstraint("state NOT IN ('TAKEN_DOWN', 'WITHDRAWN') OR shown IS NULL", name="gone"),
        CheckConstraint(REFUSED, name="refused"),
        CheckConstraint(WAITS, name="waits"),
        CheckConstraint("earns IN ('NONE', 'DUE', 'EARNED', 'BACK_DUE', 'TAKEN_BACK')", name="earns"),
        CheckConstraint("earns <> 'NONE' OR earned_entry IS NULL", name="earned"),
        CheckConstraint("followed_by IS NULL OR state = 'WITHDRAWN'", name="followed"),
    )


class ReviewText(Row, table=True):
    """A version of a review's words; erased, its stars are left."""

    __tablename__ = "review_text"
    review_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    stars: int
    title: str | None = None
    words: str | None = None
    word_count: int
    photos: list[str] = Field(sa_type=Words)
    display_name: str | None = None
    """As whom the member wants to be shown; None: as a member."""
    language: str
    fingerprint: bytes | None = Field(default=None, sa_type=LargeBinary)
    """A digest of the words without letter case and punctuation; None: too few to tell."""
    written_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index("ix_review_text_fingerprint", "fingerprint", postgresql_where=text("fingerprint IS NOT NULL")),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    )


class ReviewComment(Row, table=True):
    """A member's reply to a review, or a partner's answer to it."""

    __tablename__ = "review_comment"
    comment_id: UUID = Field(primary_key=True)
    review_id: UUID = Field(foreign_key="review.review_id")
    member_id: UUID | None = None
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The maker or shop that answers; None: a member."""
    moderator_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    state: str
    words: str | None = None
    display_name: str | None = None
    fingerprint: bytes | None = Field(default=None, sa_type=LargeBinary)
    held_for: list[str] = Field(sa_type=Words)
    written_at: datetime = Field(sa_type=Instant)
    waits_since: datetime | None = Field(default=None, sa_type=Instant)
    reason: str | None = None
    reason_words: str | None = None
    objected_at: datetime | None = Field(default=None, sa_type=Instant)
    reports: int

    __table_args__ = (
        Index(None, "review_id"),
        Index(None, "member_id"),
        Index(
            "ix_review_comment_waits",
            "moderator_id",
            "waits_since",
            "comment_id",
            postgresql_where=text("state = 'PENDING'"),
        ),
        CheckConstraint(STATES, name="state"),
        CheckConstraint("(member_id IS NULL) <> (partner_id IS NULL)", name="writer"),
        CheckConstraint(REFUSED, name="refused"),
        CheckConstraint(WAITS, name="waits"),
    )


class ReviewReport(Row, table=True):
    """A reader found fault with a review or comment."""

    __tablename__ = "review_report"
    target_id: UUID = Field(primary_key=True)
    reporter_id: UUID = Field(primary_key=True)
    """A member, or a partner."""
    reason: str
    reported_at: datetime = Field(sa_type=Instant)


class ReviewDecision(Row, table=True):
    """What a moderator decided; never changed."""

    __tablename__ = "review_decision"
    decision_id: UUID = Field(primary_key=True)
    review_id: UUID
    comment_id: UUID | None = None
    moderator_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    decided_by: UUID | None = None
    decision: str
    reason: str | None = None
    stars: int | None = None
    """Of the review; None for a comment."""
    version: int
    decided_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index(None, "moderator_id", "decided_at"),
        CheckConstraint("decision IN ('PUBLISH', 'REFUSE', 'TAKE_DOWN')", name="decision"),
    )
