"""What is asked of the ledger, and what it answers: plain values that travel in one array."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.ids import new_id
from domain.ledger.allowance_models import CutReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What every request to the ledger says: whose wallet, who records it, under which key."""

    wallet_id: UUID
    member_id: UUID
    partner_id: UUID
    idempotency_key: str
    fingerprint: bytes
    occurred_at: datetime
    outlet_id: UUID | None = None
    channel: str | None = None
    staff: str | None = None
    reference: str | None = None
    refers_to: UUID | None = None
    entry_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """Points one sponsor funds; becomes a lot."""

    sponsor_id: UUID
    points: int
    available_at: datetime
    expires_at: datetime | None = None
    inactivity_months: int | None = None
    campaign_id: UUID | None = None
    campaign_version: int | None = None
    lot_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitGiven:
    """Value given in money at the till, to be paid by its sponsor; the amount in whole currency units."""

    kind: str
    sponsor_id: UUID
    amount: Decimal
    campaign_id: UUID | None = None
    campaign_version: int | None = None
    benefit_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasePosting(Posting):
    """A rated basket: its lines as columns (amounts in minor units), its awards and benefits."""

    currency: str
    total: int
    numbers: list[int]
    skus: list[str]
    quantities: list[Decimal]
    amounts: list[int]
    facts: dict[str, Any]
    awards: list[Award]
    benefits: list[BenefitGiven] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionPosting(Posting):
    """Points to spend at once, or to hold until a time."""

    points: int
    hold_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePosting(Posting):
    """The end of a hold (refers_to): so many points are spent, the rest goes back; none voids it."""

    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalPosting(Posting):
    """A redemption (refers_to) is taken back; all that is left of it, or so many points."""

    points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Points of a lot that the smaller basket would not have earned."""

    lot_id: UUID
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPosting(Posting):
    """Goods of a purchase (refers_to) come back: what is claimed, and how many returns the claim was figured after."""

    purchase_wallet_id: UUID
    returns_before: int
    claims: list[Claim]
    numbers: list[int]
    quantities: list[Decimal]
    amounts: list[int]
    benefits: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentPosting(Posting):
    """Points given without a purchase, as an approved adjustment (refers_to) says."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An award of a purchase was cut to so many points, or to none, since its sponsor can fund no more."""

    lot_id: UUID
    given: int
    why: CutReason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one request: POSTED, REPLAYED, or the code of a refusal; and the wallet's counters afterwards."""

    outcome: str
    wallet_id: UUID
    entry_id: UUID
    available: int | None
    pending: int | None
    held: int | None
    debt: int | None
    spendable: int | None
    """What could be spent, captured, taken back or given, where that was the question."""
    cuts: tuple[Cut, ...] = ()
    """Awards that their sponsors could not fund wholly."""

    @property
    def stands(self) -> bool:
        """The entry is in the books, now or since an earlier request with the same key."""
        return self.outcome in {"POSTED", "REPLAYED"}

    @property
    def replayed(self) -> bool:
        """The entry was there already."""
        return self.outcome == "REPLAYED"
