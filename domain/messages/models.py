"""Rows of messages: what there is to tell, what was told, and the mail on its way.

Members' messages are written by functions in the database (migrations/sql/0036_writing.sql).
"""

from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Object: Any = JSONB
SPOKEN = "language IN ('en', 'lv', 'bg', 'fi', 'hu')"


class MailState(StrEnum):
    """Where a mail stands."""

    WAITING = "WAITING"
    """Until it is due, or until it is tried again."""
    TAKEN = "TAKEN"
    """A worker puts it together; if that worker dies, it waits again."""
    SENDING = "SENDING"
    """It is being handed over; if the worker dies now, nobody can say whether it was."""
    SENT = "SENT"
    """The mail server has taken it."""
    UNCLEAR = "UNCLEAR"
    """A worker died while it handed it over: it may have gone, and does not go again by itself."""
    REFUSED = "REFUSED"
    """The mail server refuses the address for good."""
    GIVEN_UP = "GIVEN_UP"
    """It was tried as often as may be."""
    DROPPED = "DROPPED"
    """It is not wanted any more, or there is no address that mail may go to."""


class Message(Row, table=True):
    """Something that a member is told, once."""

    __tablename__ = "message"
    wallet_id: UUID = Field(primary_key=True)
    message_id: UUID = Field(primary_key=True)
    member_id: UUID
    topic: str
    subject: str
    """What it is about: with member and topic it names the message."""
    partner_id: UUID | None = None
    """Whose news it is, and for marketing whose consent it stands on."""
    params: dict[str, Any] = Field(sa_type=Object)
    """What the words are filled with."""
    words: dict[str, dict[str, str]] | None = Field(default=None, sa_type=Object)
    """The partner's own words as they were then, by language."""
    inbox: bool
    occurred_at: datetime = Field(sa_type=Instant)
    written_at: datetime = Field(sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    mail: str
    """Whether a mail is to tell of it: NONE, WANTED, PLANNED."""
    mail_id: UUID | None = None

    __table_args__ = (
        UniqueConstraint("wallet_id", "member_id", "topic", "subject"),
        Index("ix_message_inbox", "wallet_id", "member_id", "written_at", "message_id", postgresql_where=text("inbox")),
        Index("ix_message_wanted", "written_at", postgresql_where=text("mail = 'WANTED'")),
        Index("ix_message_mail_id", "mail_id", postgresql_where=text("mail_id IS NOT NULL")),
        CheckConstraint("mail IN ('NONE', 'WANTED', 'PLANNED')", name="mail"),
        CheckConstraint("(mail = 'PLANNED') = (mail_id IS NOT NULL)", name="planned"),
    )


class MessagePreference(Row, table=True):
    """What a member wants to be told, and when; what it did not say is as topics have it."""

    __tablename__ = "message_preference"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    ways: dict[str, dict[str, bool]] = Field(sa_type=Object)
    """By topic: `inbox` and `mail`, where the member said so."""
    digest: bool
    """One mail a day rather than one for each message."""
    quiet_from: time | None = Field(default=None, sa_type=Time)
    quiet_until: time | None = Field(default=None, sa_type=Time)
    time_zone: str | None = None
    language: str | None = None
    changed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        CheckConstraint(SPOKEN, name="language"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until", name="quiet"),
    )


class MessageAddress(Row, table=True):
    """An address whose owner has shown that mail reaches it; as a keyed hash, as in recognition."""

    __tablename__ = "message_address"
    wallet_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    lookup: bytes = Field(primary_key=True, sa_type=LargeBinary)
    verified_at: datetime = Field(sa_type=Instant)
    refused_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a mail server refused it for good."""
    refusal: str | None = None

    __table_args__ = (CheckConstraint("(refused_at IS NULL) = (refusal IS NULL)", name="refusal"),)


class MessageMail(Row, table=True):
    """A mail on its way, to a member or to a person of a partner's; it holds no word of what it says."""

    __tablename__ = "message_mail"
    mail_id: UUID = Field(primary_key=True)
    wallet_id: UUID | None = None
    member_id: UUID | None = None
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    person_id: UUID | None = Field(default=None)
    message_id: UUID | None = None
    """The message to a partner's people that it tells; a member's messages name their mail."""
    digest: bool
    state: str
    due_at: datetime = Field(sa_type=Instant)
    """By the coalition's clock."""
    again_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the real one: not before, after it went wrong."""
    attempts: int
    taken_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a worker took it, by the real clock."""
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    problem: str | None = None
    made_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index("ix_message_mail_due", "due_at", postgresql_where=text("state = 'WAITING'")),
        Index("ix_message_mail_taken", "taken_at", postgresql_where=text("state IN ('TAKEN', 'SENDING')")),
        Index(None, "made_at"),
        Index(
            "uq_message_mail_digest",
            "wallet_id",
            "member_id",
            unique=True,
            postgresql_where=text("digest AND state = 'WAITING'"),
        ),
        Index(
            "uq_message_mail_person",
            "message_id",
            "person_id",
            unique=True,
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        CheckConstraint(
            "state IN ('WAITING', 'TAKEN', 'SENDING', 'SENT', 'UNCLEAR', 'REFUSED', 'GIVEN_UP', 'DROPPED')",
            name="state",
        ),
        CheckConstraint(
            "num_nonnulls(member_id, person_id) = 1 AND (member_id IS NULL) = (wallet_id IS NULL)"
            " AND (person_id IS NULL) = (message_id IS NULL)",
            name="to_one",
        ),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(state IN ('WAITING', 'TAKEN', 'SENDING')) = (finished_at IS NULL)", name="finished"),
    )


class MessageTemplate(Row, table=True):
    """A partner's own words for a topic, in one language."""

    __tablename__ = "message_template"
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    topic: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    subject: str
    text: str
    changed_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        CheckConstraint(SPOKEN, name="language"),
        CheckConstraint("length(subject) BETWEEN 1 AND 120", name="subject"),
        CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text"),
    )


class PartnerMessage(Row, table=True):
    """Something that a partner's people are told, once; who of them sees it, scopes say."""

    __tablename__ = "partner_message"
    message_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    topic: str
    subject: str
    params: dict[str, Any] = Field(sa_type=Object)
    occurred_at: datetime = Field(sa_type=Instant)
    written_at: datetime = Field(sa_type=Instant)
    mailed: bool
    """Whether its mails were planned."""

    __table_args__ = (
        UniqueConstraint("partner_id", "topic", "subject"),
        Index("ix_partner_message_partner_id_written_at", "partner_id", "written_at", "message_id"),
        Index("ix_partner_message_unmailed", "written_at", postgresql_where=text("NOT mailed")),
    )


class MessagePerson(Row, table=True):
    """Of which topics a person of a partner's wants no mail."""

    __tablename__ = "message_person"
    person_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    unmailed: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    changed_at: datetime = Field(sa_type=Instant)


class MessageCue(Row, table=True):
    """Something happened of which somebody may have to be told; gone once it was looked at."""

    __tablename__ = "message_cue"
    cue_id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),)
    )
    kind: str
    wallet_id: UUID | None = None
    member_id: UUID | None = None
    partner_id: UUID | None = None
    subject_id: UUID | None = None
    detail: str | None = None
    occurred_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        CheckConstraint(
            "kind IN ('ENTRY', 'JOINED', 'CONSENT', 'VOUCHER', 'TIER', 'REFERRAL', 'EVENT', 'LOOK')", name="kind"
        ),
    )


class MessageLook(Row, table=True):
    """A look over many wallets, and how far it has come."""

    __tablename__ = "message_look"
    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    partner_id: UUID | None = None
    days: int | None = None
    looks_at: datetime = Field(sa_type=Instant)
    """As things are at this instant, however long it takes."""
    after: UUID
    written: int = Field(sa_type=BigInteger)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        Index("ix_message_look_open", "looks_at", postgresql_where=text("finished_at IS NULL")),
        CheckConstraint("kind IN ('EXPIRING', 'LEAVING', 'ENDING', 'VOUCHERS')", name="kind"),
        CheckConstraint("days > 0", name="days"),
    )


class MessagePolicy(Row, table=True):
    """How the programme writes to members; one row."""

    __tablename__ = "message_policy"
    one: bool = Field(default=True, primary_key=True)
    marketing_most: int
    """So many messages of marketing at most …"""
    marketing_days: int
    """… within so many days."""
    days_ahead: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    """How many days before points end their members are told."""
    digest_at: time = Field(sa_type=Time)
    """When the mail of a day goes, in the member's own time."""
    kept_days: int
    """For how long an inbox keeps what it was told."""

    __table_args__ = (
        CheckConstraint("one", name="one"),
        CheckConstraint("marketing_most BETWEEN 0 AND 100", name="marketing_most"),
        CheckConstraint("marketing_days BETWEEN 1 AND 365", name="marketing_days"),
        CheckConstraint("cardinality(days_ahead) <= 5", name="days_ahead"),
        CheckConstraint("kept_days BETWEEN 30 AND 3650", name="kept_days"),
    )
