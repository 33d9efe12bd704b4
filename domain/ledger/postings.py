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
    units: int = 1
    """The same in minor units: a budget cuts it to whole ones."""
    campaign_id: UUID | None = None
    campaign_version: int | None = None
    benefit_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyMove:
    """What a counter of the wallet comes to; refused if it is not the version that was read."""

    key: str
    version: int
    """As it was read; 0: it was not there."""
    counted: int
    rewarded: int
    since: datetime | None
    recent: list[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherWanted:
    """A voucher to be issued by the posting that gives it; where no code is left, it is cut and nothing is refused."""

    coupon_id: UUID
    lookup: bytes | None
    """The digest of its code; None: the code comes from the coupon's pool."""
    source: str
    """What it comes of, such as PRIZE or REWARD (domain/vouchers/models.py)."""
    source_id: UUID | None = None
    """The campaign or the reward."""
    uses: int = 1
    expires_at: datetime | None = None
    amount: int | None = None
    """Its own, in minor units, where vouchers of the coupon are valued."""
    voucher_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGiven:
    """A thing won that is no point."""

    campaign_id: UUID
    campaign_version: int
    kind: str
    name: str
    expires_at: datetime | None = None
    voucher: VoucherWanted | None = None
    """What works at the till, where the token is a voucher of a coupon."""
    token_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningPosting(Posting):
    """What was rated and earns: awards, what the wallet's counters come to, things won."""

    facts: dict[str, Any]
    awards: list[Award]
    tallies: list[TallyMove] = field(default_factory=list)
    tokens: list[TokenGiven] = field(default_factory=list)
    budgets: list[UUID] = field(default_factory=list)
    """The campaigns among those of its awards and benefits that have a budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasePosting(EarningPosting):
    """A rated basket: its lines as columns (amounts in minor units), its awards and benefits."""

    currency: str
    total: int
    numbers: list[int]
    skus: list[str]
    quantities: list[Decimal]
    amounts: list[int]
    benefits: list[BenefitGiven] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPosting(EarningPosting):
    """A rated action."""

    kind: str
    attributes: dict[str, Any]
    beside: dict[str, Any] | None = None
    """What the door writes with it, where it is another than that of plain actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardTaken:
    """What a redemption is for, and all that goes with it."""

    reward_id: UUID
    version: int
    owner_id: UUID
    name: str
    """What tickets of its draw are called."""
    step: int | None
    pieces: int
    unit_points: int
    """Only multiples of so many points can be captured or taken back; all of them: not in part."""
    money: int
    """Paid beside the points, in minor units."""
    currency: str
    worth: dict[str, Any]
    """Of one piece, as told."""
    off: list[dict[str, int]]
    """Number of each line, and what is taken off it in minor units."""
    total_off: int = 0
    """What is taken off the basket, also where its lines were not sent."""
    from_stock: bool
    fulfilment: str
    tallies: list[TallyMove] = field(default_factory=list)
    benefits: list[BenefitGiven] = field(default_factory=list)
    vouchers: list[VoucherWanted] = field(default_factory=list)
    tickets: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionPosting(Posting):
    """Points to spend at once, or to hold until a time; none, where a reward asks for none."""

    points: int
    hold_until: datetime | None = None
    reward: RewardTaken | None = None


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
    facts: dict[str, Any] | None = None
    """What is taken back besides points: ids of things won, and what tallies counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentPosting(Posting):
    """Points given without a purchase, as an approved adjustment (refers_to) says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherUsed:
    """One voucher of a basket, and what it takes off."""

    voucher_id: UUID
    coupon_id: UUID
    version: int
    amount: int
    """In minor units."""
    lines: list[dict[str, int]]
    """Number of the line, and the amount taken off it."""
    benefits: list[UUID]
    """The money that its sponsors owe for it."""
    public: bool = False
    """A coupon's public word: the member's own row is kept with its first use."""
    uses: int = 1
    """PUBLIC: how often the member may."""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherPosting(Posting):
    """The vouchers of one basket, used together or not at all."""

    currency: str
    uses: list[VoucherUsed]
    benefits: list[BenefitGiven]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherReversalPosting(Posting):
    """A use of vouchers (refers_to) is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherGiftPosting(Posting):
    """Vouchers given by their coupon's owner."""

    vouchers: list[VoucherWanted]


@dataclass(frozen=True, slots=True)
class Cut:
    """An award, or money given, was cut to so much, or to nothing, since its campaign or sponsor can give no more."""

    lot_id: UUID
    """The lot, or the benefit."""
    given: int
    """Points, or minor units."""
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
