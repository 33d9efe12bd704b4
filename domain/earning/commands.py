"""What a till asks of earning, and what it is told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import orjson

from domain.earning.basket import MOST_TENDERS, BasketLine, Tender, check_lines
from domain.earning.errors import InvalidBasket
from domain.earning.prizes import TokenKind
from domain.earning.rerating import ReturnedLine
from domain.earning.terms import Campaign
from domain.earning.verdicts import NoAward, Rating
from domain.earning.wording import ENGLISH, because, fell_away
from domain.errors import InvalidValue
from domain.idempotency import checked_key
from domain.ids import OutletId, PartnerId
from domain.languages import Wording
from domain.ledger.allowance_models import CutReason
from domain.members.recognition import KnownMember, MemberRef
from domain.values import Money, Points
from domain.vouchers.issuing import Outcome, TakenBack

LONGEST_TEXT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPurchase:
    """A basket that is not yet paid; the member may still be unknown."""

    partner_id: PartnerId
    outlet_id: OutletId | None = None
    outlet_code: str | None = None
    """The outlet, by exactly one of its id and the partner's own code."""
    occurred_at: datetime
    dated: bool = True
    """Whether the partner said when; what it did not say is no part of the request, and may differ on a retry."""
    currency: str
    lines: tuple[BasketLine, ...]
    member: MemberRef | None = None
    channel: str | None = None
    tenders: tuple[Tender, ...] = ()
    """How it is paid, if the till says so."""

    def __post_init__(self) -> None:
        if len(self.tenders) > MOST_TENDERS:
            raise InvalidBasket(f"a purchase is paid by at most {MOST_TENDERS} means", path=("tenders",))
        check_texts(channel=self.channel)
        if (self.outlet_id is None) == (self.outlet_code is None):
            raise InvalidBasket("name the outlet by its id or by its code", path=("outlet_code",))
        check_lines(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPurchase(PreviewPurchase):
    """A purchase a member has made."""

    member: MemberRef
    idempotency_key: str
    staff: str | None = None
    """The partner's own reference for who was at the till."""
    receipt_number: str | None = None

    def __post_init__(self) -> None:
        PreviewPurchase.__post_init__(self)
        checked_key(self.idempotency_key)
        check_texts(staff=self.staff, receipt_number=self.receipt_number)

    def fingerprint(self) -> bytes:
        """A digest of everything but the key; written out by hand, since a till waits for it."""
        lines = [
            (
                line.number,
                line.sku,
                str(line.quantity.normalize()),
                line.amount,
                line.discount,
                line.coupon,
                line.coupon_match,
            )
            for line in self.lines
        ]
        identifier = self.member.identifier
        member = identifier and (identifier.kind, identifier.value)
        place = (self.partner_id, self.outlet_id, self.outlet_code, self.channel, self.staff, self.receipt_number)
        said: tuple[object, ...] = (
            *place,
            self.occurred_at.astimezone(UTC) if self.dated else None,
            self.currency,
            self.member.pairwise_id,
            member,
            lines,
        )
        if self.tenders:
            said = (*said, [(tender.kind, tender.amount) for tender in self.tenders])
        return hashlib.sha256(orjson.dumps(said, default=str)).digest()


def check_texts(**texts: str | None) -> None:
    """Hold short texts to what can be kept.

    Raises: InvalidValue.
    """
    for name, value in texts.items():
        if value is not None and not (0 < len(value) <= LONGEST_TEXT and value.isprintable()):
            raise InvalidValue(f"{name} has 1 to {LONGEST_TEXT} printable characters", path=(name,))


@dataclass(frozen=True, slots=True)
class Portion:
    """Points of an award that can be spent from the same time on."""

    funded: tuple[tuple[PartnerId, int], ...]
    available_at: datetime
    expires_at: datetime | None

    @property
    def points(self) -> Points:
        """How many."""
        return Points(sum([points for _, points in self.funded]))


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardGiven:
    """Points of one campaign, as they stand in the books."""

    campaign: Campaign
    points: Points
    funded: tuple[tuple[PartnerId, int], ...]
    lines: tuple[int, ...]
    portions: tuple[Portion, ...]
    """The same by when they can be spent: more than one where articles have return windows of their own."""
    currency: str

    @property
    def available_at(self) -> datetime:
        """From when on all of them can be spent."""
        return max([portion.available_at for portion in self.portions])

    @property
    def expires_at(self) -> datetime | None:
        """When the last of them expire; None: never, or by inactivity."""
        ends = [portion.expires_at for portion in self.portions]
        return None if None in ends else max([end for end in ends if end is not None])

    @property
    def reason(self) -> str:
        """Why, in words."""
        return self.in_words(ENGLISH)

    def in_words(self, said: Wording) -> str:
        """As another language says it."""
        return because(self.campaign, self.lines, self.currency, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardCut:
    """Points the basket earned under a campaign that one of its sponsors could not fund, all or in part."""

    campaign: Campaign
    sponsor_id: PartnerId
    points: Points
    """What was earned of this sponsor."""
    given: Points
    """What of it was given."""
    why: CutReason

    @property
    def missing(self) -> Points:
        """What fell away."""
        return self.points - self.given

    @property
    def reason(self) -> str:
        """The same in words for the till, which tell nothing of the sponsor's means."""
        return self.in_words(ENGLISH)

    def in_words(self, said: Wording) -> str:
        """As another language says it."""
        used_up = self.why is CutReason.BUDGET_USED_UP
        return fell_away(self.campaign, int(self.missing), int(self.points), used_up=used_up, said=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitReceipt:
    """Money a sponsor owes the shop for a line."""

    campaign: Campaign
    sponsor_id: PartnerId
    money: Money
    line: int
    due: Money
    """What it would have been within the campaign's budget."""

    @property
    def missing(self) -> Money:
        """What fell away, since all that the campaign may cost is given."""
        return self.due - self.money


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReceipt:
    """A thing won that is no point."""

    token_id: UUID
    campaign: Campaign
    kind: TokenKind
    name: str
    expires_at: datetime | None
    voucher_id: UUID | None = None
    """The voucher that it is, where it works at the till."""
    voucher: Outcome | None = None
    """What became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """A wallet's counters after a posting, or, when it is answered again, as they are now."""

    available: Points
    pending: Points
    held: Points
    debt: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseReceipt:
    """A recorded purchase."""

    wallet_id: UUID
    entry_id: UUID
    member: KnownMember | None
    """None where the answer is given again and the member is not known by that reference any more."""
    awards: tuple[AwardGiven, ...]
    cuts: tuple[AwardCut, ...] = ()
    """What fell away of the awards, since its sponsors can fund no more now."""
    benefits: tuple[BenefitReceipt, ...]
    tokens: tuple[TokenReceipt, ...] = ()
    idle_lines: int
    counters: Counters
    rating: Rating | None
    """How it was rated; not kept, so None when the answer is given again."""

    @property
    def replayed(self) -> bool:
        """The purchase was in the books already."""
        return self.rating is None

    @property
    def refusals(self) -> tuple[NoAward, ...]:
        """Campaigns of the till that gave nothing, and why."""
        return () if self.rating is None else self.rating.refusals

    @property
    def points(self) -> Points:
        """All points together."""
        return Points(sum(award.points for award in self.awards))


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasePreview:
    """What a basket would earn now."""

    member: KnownMember | None
    currency: str
    rating: Rating
    awards: tuple[AwardGiven, ...]
    tier_gains: tuple[tuple[str, int], ...] = ()
    """Tiers that the member does not have, with the points that each would bring beyond those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRef:
    """A purchase: by our id (with its wallet), or by the shop's receipt number, best with the member."""

    wallet_id: UUID | None = None
    entry_id: UUID | None = None
    receipt_number: str | None = None
    member: MemberRef | None = None

    def __post_init__(self) -> None:
        ours = self.wallet_id is not None and self.entry_id is not None
        if ours == (self.receipt_number is not None) or (ours and self.member is not None):
            raise InvalidValue("name the purchase by our id, or by receipt number and member", path=("purchase",))
        check_texts(receipt_number=self.receipt_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReturn:
    """Goods of a purchase come back."""

    partner_id: PartnerId
    idempotency_key: str
    purchase: PurchaseRef
    lines: tuple[ReturnedLine, ...] | None
    """None: everything that is left."""
    occurred_at: datetime
    dated: bool = True
    """Whether the partner said when."""
    outlet_id: OutletId | None = None
    channel: str | None = None
    staff: str | None = None
    reference: str | None = None

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        check_texts(channel=self.channel, staff=self.staff, reference=self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsTaken:
    """Points a return took back for one sponsor."""

    campaign: Campaign
    sponsor_id: PartnerId
    points: Points
    owed: bool
    """They were spent already, so they are owed from later earnings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReceipt:
    """A recorded return."""

    wallet_id: UUID
    entry_id: UUID
    purchase: PurchaseRef
    taken: tuple[PointsTaken, ...]
    counters: Counters
    replayed: bool
    vouchers: TakenBack = field(default_factory=TakenBack)
    """What became of vouchers that had been won with the purchase."""

    @property
    def points(self) -> Points:
        """All points taken, owed ones included."""
        return Points(sum(taken.points for taken in self.taken))
