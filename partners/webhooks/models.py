"""Rows of webhooks: where they lead, what waits for them, and how each attempt went."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Words: Any = ARRAY(Text)


class WebhookState(StrEnum):
    """Whether events are sent to a webhook."""

    ACTIVE = "ACTIVE"
    """Events are sent as they happen."""
    PAUSED = "PAUSED"
    """Events wait until it is resumed: somebody paused it, its endpoint answered 410, or its client was revoked."""
    FAILING = "FAILING"
    """Events wait until it is resumed: for three days nothing could be delivered."""


class DeliveryState(StrEnum):
    """Where one event stands on its way to one webhook."""

    WAITING = "WAITING"
    """It is sent as soon as its turn comes, or tried again later."""
    DELIVERED = "DELIVERED"
    """The endpoint answered with a status from 200 to 299."""
    GIVEN_UP = "GIVEN_UP"
    """Every attempt failed, or it waited for thirty days; replay it when the endpoint works."""
    UNWANTED = "UNWANTED"
    """The webhook was changed and wants such events no more; it was not sent."""


def _within_partner(table: str) -> ForeignKeyConstraint:
    """A key to something of the same partner: an id of another's is refused as one that nobody has."""
    return ForeignKeyConstraint([f"{table}_id", "partner_id"], [f"{table}.{table}_id", f"{table}.partner_id"])


class Webhook(Row, table=True):
    """An address of a partner's own that wants to hear what happens."""

    __tablename__ = "webhook"
    webhook_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id", index=True)
    client_id: UUID = Field(index=True)
    """The client it acts as: what is sent shows what this client may see at that moment."""
    name: str
    url: str
    document: str
    """The subscription whose result is sent."""
    kinds: list[str] | None = Field(default=None, sa_type=Words)
    """The events the document asks for; None: all of them."""
    sealed_secret: bytes = Field(sa_type=LargeBinary)
    sealed_previous: bytes | None = Field(default=None, sa_type=LargeBinary)
    previous_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until when the secret before this one signs as well."""
    state: str
    reason: str | None = None
    """Why it is not active, in words."""
    failures: int = 0
    """How many attempts failed since the last that succeeded."""
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    resting_until: datetime | None = Field(default=None, sa_type=Instant)
    """After several failures nothing is sent before then, and then one event to see whether the endpoint is back."""
    created_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        UniqueConstraint("webhook_id", "partner_id"),
        _within_partner("client"),
        CheckConstraint("state IN ('ACTIVE', 'PAUSED', 'FAILING')", name="state"),
        CheckConstraint("(state = 'ACTIVE') = (reason IS NULL)", name="reason_unless_active"),
        CheckConstraint("(sealed_previous IS NULL) = (previous_until IS NULL)", name="previous_secret_ends"),
        CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="failing_since_a_failure"),
    )


class WebhookRequest(Row, table=True):
    """A request that must have one effect however often it is sent, and what came of it."""

    __tablename__ = "webhook_request"
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    idempotency_key: str = Field(primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    webhook_id: UUID = Field(index=True)
    deliveries: int = 0
    """How many deliveries a replay made."""
    last_number: int | None = Field(default=None, sa_type=BigInteger)
    """The last event a replay took, when more were left."""
    created_at: datetime = Field(sa_type=Instant, index=True)


class WebhookLane(Row, table=True):
    """Deliveries of one webhook that go one after the other, such as those of one wallet.

    Whoever sends the first of them holds the lane's lease: a second sender finds none, and one whose lease ran out
    cannot write down an outcome any more.
    """

    __tablename__ = "webhook_lane"
    webhook_id: UUID = Field(primary_key=True)
    lane: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    waiting: int
    """How many deliveries wait in it."""
    due_at: datetime = Field(sa_type=Instant)
    lease: UUID | None = None
    leased_until: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        _within_partner("webhook"),
        Index("ix_webhook_lane_due", "webhook_id", "due_at", postgresql_where=text("waiting > 0")),
        CheckConstraint("waiting >= 0", name="waiting"),
        CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="lease_ends"),
    )


class WebhookDelivery(Row, table=True):
    """One event on its way to one webhook; what is sent is rendered anew at each attempt and never kept."""

    __tablename__ = "webhook_delivery"
    delivery_id: UUID = Field(primary_key=True)
    """Names the message: the same at every attempt."""
    webhook_id: UUID
    partner_id: UUID = Field(foreign_key="partner.partner_id", index=True)
    place: int = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    """The order of deliveries: within a lane each waits for those before it."""
    lane: UUID
    position: int = Field(sa_type=BigInteger)
    """Names the event."""
    number: int = Field(sa_type=BigInteger)
    """The event's number."""
    kind: str
    """As which kind of event the webhook wanted it."""
    replays: bool
    """Whether it was asked for, after the event had its turn."""
    state: str
    attempts: int = 0
    created_at: datetime = Field(sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)

    __table_args__ = (
        _within_partner("webhook"),
        Index("ix_webhook_delivery_waiting", "webhook_id", "lane", "place", postgresql_where=text("state = 'WAITING'")),
        Index(None, "webhook_id", "place"),
        Index("ix_webhook_delivery_position", "position", postgresql_where=text("state = 'WAITING'")),
        Index("ix_webhook_delivery_finished", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
        CheckConstraint("state IN ('WAITING', 'DELIVERED', 'GIVEN_UP', 'UNWANTED')", name="state"),
        CheckConstraint("(state = 'WAITING') = (finished_at IS NULL)", name="finished_unless_waiting"),
    )

    @property
    def message_id(self) -> str:
        """Names the message, at every attempt the same."""
        return message_id(self.delivery_id)


def message_id(delivery_id: UUID) -> str:
    """The `webhook-id` of a delivery's messages."""
    return f"msg_{delivery_id.hex}"


class WebhookAttempt(Row, table=True):
    """How one attempt went, for the partner to see."""

    __tablename__ = "webhook_attempt"
    delivery_id: UUID = Field(primary_key=True, foreign_key="webhook_delivery.delivery_id")
    number: int = Field(primary_key=True)
    """Counts from one."""
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    started_at: datetime = Field(sa_type=Instant)
    milliseconds: int
    """From the first byte sent to the last one read."""
    status: int | None = None
    """The HTTP status of the answer."""
    answer: str | None = None
    """How the answer begins."""
    problem: str | None = None
    """Why there was no answer."""

    __table_args__ = (CheckConstraint("status IS NOT NULL OR problem IS NOT NULL", name="says_how"),)
