"""Rows of events: what happened, one for each partner it concerns.

Triggers write them, in the transaction of what happened (migrations/sql/0013_events.sql).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, text
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)


class EventKind(StrEnum):
    """What a partner can be told."""

    PURCHASE_RECORDED = "PURCHASE_RECORDED"
    """The partner recorded a purchase."""
    PURCHASE_RETURNED = "PURCHASE_RETURNED"
    """Goods of one of the partner's purchases came back."""
    REDEMPTION_AUTHORIZED = "REDEMPTION_AUTHORIZED"
    """Points were set aside at the partner."""
    REDEMPTION_CAPTURED = "REDEMPTION_CAPTURED"
    """Points were spent at the partner: at once, or out of what was set aside."""
    REDEMPTION_VOIDED = "REDEMPTION_VOIDED"
    """The partner gave up what was set aside."""
    REDEMPTION_LAPSED = "REDEMPTION_LAPSED"
    """What was set aside went back to the member, since its time was over."""
    REDEMPTION_REVERSED = "REDEMPTION_REVERSED"
    """Points that were spent at the partner were given back, all or in part."""
    BALANCE_CHANGED = "BALANCE_CHANGED"
    """A wallet moved whose balance the partner may see, whoever moved it."""
    MEMBER_LINKED = "MEMBER_LINKED"
    """The partner has come to know a member."""
    CONSENT_GIVEN = "CONSENT_GIVEN"
    """A member allows the partner something."""
    CONSENT_REVOKED = "CONSENT_REVOKED"
    """A member allows it no longer."""
    CYCLE_CHANGED = "CYCLE_CHANGED"
    """A cycle of settlement was opened or moved on."""
    PAYMENT_CHANGED = "PAYMENT_CHANGED"
    """A payment that the partner makes or gets was planned, went out, arrived, came back or was given up."""
    PAYMENT_OVERDUE = "PAYMENT_OVERDUE"
    """The partner has not paid in time."""
    ANSWER_DUE = "ANSWER_DUE"
    """The partner has not answered its statement, and its time runs out."""
    DISPUTE_CHANGED = "DISPUTE_CHANGED"
    """A dispute of one of the partner's statement lines was raised or moved on."""
    PARTNER_LEAVING = "PARTNER_LEAVING"
    """A partner gave notice, or came a step further on its way out."""
    COALITION_ENDING = "COALITION_ENDING"
    """The end of the coalition was announced, withdrawn or has come."""
    ALLOWANCE_LOW = "ALLOWANCE_LOW"
    """Few of the partner's prepaid points are left, or little of its credit limit."""
    CAMPAIGN_BUDGET_LOW = "CAMPAIGN_BUDGET_LOW"
    """So much of a campaign's budget is used as its alert says; the partner owns or funds it."""
    REFERRAL_QUALIFIED = "REFERRAL_QUALIFIED"
    """A friend that a member brought has bought and kept it; the partner hosts the programme."""
    CODE_ENTERED = "CODE_ENTERED"
    """A code of one of the partner's batches was entered."""
    CODE_ALARM = "CODE_ALARM"
    """Something about one of the partner's batches of codes went beyond what is usual."""
    VOUCHER_ISSUED = "VOUCHER_ISSUED"
    """A voucher of one of the partner's coupons was given."""
    VOUCHER_USED = "VOUCHER_USED"
    """Vouchers were used at the partner."""
    VOUCHER_REVERSED = "VOUCHER_REVERSED"
    """The partner took a use of vouchers back."""
    TIER_CHANGED = "TIER_CHANGED"
    """A member has another tier: of the partner's programme, or of the coalition's where its balance may be seen."""
    CASE_CHANGED = "CASE_CHANGED"
    """A case in which the partner takes part was opened or moved on."""
    CASE_OVERDUE = "CASE_OVERDUE"
    """The partner has to answer a case, and is late."""
    WEBHOOK_TESTED = "WEBHOOK_TESTED"
    """Somebody tries a webhook."""


class ExitNews(StrEnum):
    """What is told of a partner that leaves, or of a coalition that ends."""

    NOTICE = "NOTICE"
    """It was announced, with its days."""
    WITHDRAWN = "WITHDRAWN"
    """It was taken back before it began."""
    EARNING_STOPPED = "EARNING_STOPPED"
    """No more points are funded."""
    TAIL_ENDED = "TAIL_ENDED"
    """Points are honoured there no more."""
    CLOSED = "CLOSED"
    """It is over."""


class Event(Row, table=True):
    """Something that happened, for one partner. It may be read once it has a number; numbers follow positions.

    Within a wallet positions follow the wallet's versions, since its lock is held while both are given.
    """

    __tablename__ = "event"
    position: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),)
    )
    """Names the event; never told to anybody as it is, since it counts what all partners do."""
    number: int | None = Field(default=None, sa_type=BigInteger)
    """The order of reading, without gaps over all partners; None until it is given (sequencing.py)."""
    numbered_at: datetime | None = Field(default=None, sa_type=Instant)
    """In real time, whatever a sandbox's clock says: from then on it is kept for so many days."""
    partner_id: UUID
    """Who is told."""
    kind: str
    balance_seen: bool = False
    """Whether it also changed a balance that the partner could see; a partner is told of an entry once (`told_as`)."""
    wallet_id: UUID | None = None
    member_id: UUID | None = None
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    """The version of the wallet's entry that it tells of: a member's events are in this order."""
    subject_id: UUID | None = None
    """The purchase, the redemption, the cycle, the webhook or the partner that leaves."""
    subject_wallet_id: UUID | None = None
    """The wallet of the subject where that is another one: goods of a merged member came back."""
    detail: str | None = None
    """The purpose of a consent; the state that a cycle came to; the news of who leaves."""
    occurred_at: datetime = Field(sa_type=Instant)

    __table_args__ = (
        Index("ix_event_unnumbered", "position", postgresql_where=text("number IS NULL")),
        Index(
            "uq_event_partner_id_number",
            "partner_id",
            "number",
            unique=True,
            postgresql_where=text("number IS NOT NULL"),
        ),
        Index("ix_event_numbered_at", "numbered_at", postgresql_where=text("numbered_at IS NOT NULL")),
        CheckConstraint("(number IS NULL) = (numbered_at IS NULL)", name="numbered"),
        CheckConstraint("sequence IS NULL OR wallet_id IS NOT NULL", name="sequence"),
    )

    @property
    def event_id(self) -> UUID:
        """The event's position in the form of every other id."""
        assert self.position is not None, "it was read from the database"
        return UUID(int=self.position)

    def told_as(self, kinds: Collection[EventKind]) -> EventKind | None:
        """As which kind a reader of these kinds is told of it: its own, or a change of the balance; None, if not."""
        if self.kind in kinds:
            return EventKind(self.kind)
        if self.balance_seen and EventKind.BALANCE_CHANGED in kinds:
            return EventKind.BALANCE_CHANGED
        return None


class EventCounter(Row, table=True):
    """The last number given; one row. Whoever holds it gives numbers."""

    __tablename__ = "event_counter"
    one: bool = Field(default=True, primary_key=True)
    last: int = Field(sa_type=BigInteger)
    complete_since: datetime | None = Field(default=None, sa_type=Instant)
    """Entries posted after it have their events: earlier ones were there before, or theirs were forgotten."""


class EventForgotten(Row, table=True):
    """Up to which number a partner's events of a kind were removed."""

    __tablename__ = "event_forgotten"
    partner_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger)


@dataclass(frozen=True, slots=True)
class Told:
    """An event as one reader is told of it; what a subscription is executed with."""

    event: Event
    kind: EventKind
