"""What a return takes back: the purchase's own rules, run again on what is left of it.

Which lines each campaign counted, and what the member was then, is recorded with the purchase, so whatever changes
later changes no return. A return never gives: each lot keeps at most what it had kept before. It takes exactly what the
smaller basket would not have earned in all: where campaigns stand in for each other and the choice would fall otherwise
now, the lots that were made keep as much more. So several returns together take back as many points as one return of
the same goods would; and if less was due in between than in the end, as where a condition holds again, it stays so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.basket import STRANGER, Basket, BasketLine, MemberFacts, Tender, check_quantity
from domain.earning.compiling import GREENWICH, ONE, CampaignIndex
from domain.earning.errors import DuplicateLine, InvalidBasket, ReturnExceedsPurchase
from domain.earning.terms import Campaign
from domain.earning.verdicts import Hits, Rating
from domain.earning.weighing import Occasion, weigh
from domain.ids import BenefitId, CampaignId, LotId, OutletId, PartnerId
from domain.products.facts import ProductFacts

Key = tuple[CampaignId, int]
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
Share = TypeVar("Share", bound=UUID)
NOWHERE = PartnerId(UUID(int=0))


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """So much of a line comes back."""

    number: int
    quantity: Decimal
    turn: int = 0
    """Which of the purchase's returns it came with."""

    def __post_init__(self) -> None:
        check_quantity(self.quantity)
        if not self.quantity:
            raise InvalidBasket("what comes back is more than nothing", path=("quantity",))


@dataclass(frozen=True, slots=True)
class RatedAward:
    """What a campaign gave for a purchase, as the books have it; without lots where it counted lines and gave none."""

    campaign: Key
    lines: frozenset[int]
    """The numbers of the lines it counted."""
    lots: tuple[tuple[LotId, int], ...] = ()
    """A lot for each sponsor and term, with the points the basket earned from it."""
    given: Mapping[LotId, int] = field(default_factory=dict)
    """Lots whose sponsors could fund fewer points, and how many they were made of."""
    waiting: Mapping[LotId, datetime] = field(default_factory=dict)
    """Until when lots wait, where they wait differently long: what waits longest is taken back first."""

    @property
    def points(self) -> int:
        """All points of the award."""
        return sum(points for _, points in self.lots)


@dataclass(frozen=True, slots=True)
class RatedToken:
    """A thing won with a purchase."""

    token_id: UUID
    campaign: Key
    name: str


@dataclass(frozen=True, slots=True)
class RatedPurchase:
    """A purchase as it was rated."""

    currency: str
    lines: tuple[BasketLine, ...]
    awards: tuple[RatedAward, ...]
    benefits: tuple[tuple[BenefitId, int], ...] = ()
    """Benefits and the line each was given on."""
    tokens: tuple[RatedToken, ...] = ()
    partner_id: PartnerId = NOWHERE
    occurred_at: datetime = LONG_AGO
    channel: str | None = None
    tenders: tuple[Tender, ...] = ()
    facts: MemberFacts = STRANGER
    """What the member was, and how its tallies stood, as far as the rules asked."""
    products: Mapping[str, ProductFacts] = field(default_factory=dict)
    """What conditions asked of the articles."""
    zone: ZoneInfo = GREENWICH
    point_worth: Fraction = ONE


@dataclass(frozen=True, slots=True)
class ClawBack:
    """What a return takes back."""

    lots: tuple[tuple[LotId, int], ...]
    """Points by lot; lots that lose nothing are left out."""
    benefits: tuple[BenefitId, ...]
    """Benefits of lines that have now come back wholly."""
    amounts: tuple[tuple[int, int], ...]
    """Each returned line, and what of its amount came back, in minor units."""
    tokens: tuple[UUID, ...] = ()
    """Things won that the smaller basket would not have won."""
    tallies: tuple[tuple[str, int, int], ...] = ()
    """Tallies by their keys, with what of their counts and of their prizes is taken back."""

    @property
    def points(self) -> int:
        """All points together."""
        return sum(points for _, points in self.lots)


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a purchase's earnings stands after some returns."""

    awards: Mapping[Key, int]
    """Points of each award, whether or not its sponsors could fund them."""
    tokens: frozenset[UUID]
    counts: Mapping[str, tuple[int, int]]
    """What tallies count for it, and the prizes among that."""


def rerate(
    purchase: RatedPurchase,
    campaigns: Mapping[Key, Campaign],
    before: Sequence[ReturnedLine],
    now: Sequence[ReturnedLine],
) -> ClawBack:
    """What a return takes back, after the returns before it.

    Raises: InvalidBasket, DuplicateLine, ReturnExceedsPurchase.
    """
    _check_return(now)
    left = _left(purchase, [])
    kept = _everything(purchase, _weighed(purchase, campaigns, left))
    returned: list[ReturnedLine] = []
    for lines in (*(list(lines) for _, lines in groupby(before, attrgetter("turn"))), now):
        returned += lines
        earlier, held, left = left, kept, _left(purchase, returned)
        kept = _kept(purchase, _weighed(purchase, campaigns, left), held)
    lots_held, lots_kept = _lots(purchase, held), _lots(purchase, kept)
    less = ((lot_id, points - lots_kept[lot_id]) for lot_id, points in lots_held.items())
    gone = {line.number for line in left.values() if not line.quantity and earlier[line.number].quantity}
    return ClawBack(
        lots=tuple((lot_id, points) for lot_id, points in less if points),
        benefits=tuple(benefit_id for benefit_id, line in purchase.benefits if line in gone),
        amounts=tuple((line.number, earlier[line.number].amount - left[line.number].amount) for line in now),
        tokens=tuple(token.token_id for token in purchase.tokens if token.token_id in held.tokens - kept.tokens),
        tallies=_uncounted(held, kept),
    )


def _check_return(lines: Sequence[ReturnedLine]) -> None:
    if not lines:
        raise InvalidBasket("a return names at least one line", path=("lines",))
    seen: set[int] = set()
    for line in lines:
        if line.number in seen:
            raise DuplicateLine(line.number)
        seen.add(line.number)


def _left(purchase: RatedPurchase, returned: Sequence[ReturnedLine]) -> dict[int, BasketLine]:
    lines = {line.number: line for line in purchase.lines}
    quantities: dict[int, Decimal] = {}
    for back in returned:
        if back.number not in lines:
            raise ReturnExceedsPurchase(back.number)
        quantities[back.number] = quantities.get(back.number, Decimal(0)) + back.quantity
    for number, quantity in quantities.items():
        if quantity > lines[number].quantity:
            raise ReturnExceedsPurchase(number)
        lines[number] = _less(lines[number], quantity)
    return lines


def _less(line: BasketLine, quantity: Decimal) -> BasketLine:
    """A line of which so much came back in all; its amount shrinks in proportion, fractions of a minor unit too."""
    left = line.quantity - quantity
    share = Fraction(left) / Fraction(line.quantity)
    return replace(line, quantity=left, amount=line.amount * share.numerator // share.denominator)


def _weighed(purchase: RatedPurchase, campaigns: Mapping[Key, Campaign], left: Mapping[int, BasketLine]) -> Rating:
    """What is left of a purchase, weighed by the campaigns that counted it, as they counted it."""
    basket = Basket(
        partner_id=purchase.partner_id,
        outlet_id=OutletId(UUID(int=0)),
        occurred_at=purchase.occurred_at,
        currency=purchase.currency,
        lines=tuple(line for line in left.values() if line.quantity),
        products=purchase.products,
        channel=purchase.channel,
        tenders=purchase.tenders,
    )
    counted = {award.campaign: award.lines for award in purchase.awards}
    index = CampaignIndex.recorded(
        [campaigns[key] for key in counted], purchase.currency, zone=purchase.zone, point_worth=purchase.point_worth
    )
    hits: Hits = {}
    for place, entry in enumerate(index.entries):
        lines = [left[number] for number in sorted(counted[entry.campaign.key]) if left[number].quantity]
        if lines:
            hits[place] = lines
    return weigh(Occasion.of_basket(basket, index), index.entries, hits, purchase.facts, 0)


def _everything(purchase: RatedPurchase, rating: Rating) -> Kept:
    """What there is before anything comes back."""
    return Kept(
        awards={award.campaign: award.points for award in purchase.awards},
        tokens=frozenset(token.token_id for token in purchase.tokens),
        counts=_counts(rating),
    )


def _kept(purchase: RatedPurchase, rating: Rating, held: Kept) -> Kept:
    """What is kept of what was still held, where what is left is rated so."""
    earned = {award.campaign.key: award.points for award in rating.awards}
    awards = {key: min(earned.get(key, 0), points) for key, points in held.awards.items()}
    more = min(rating.points, sum(held.awards.values())) - sum(awards.values())
    for key, points in held.awards.items():
        extra = min(more, points - awards[key])
        awards[key] += extra
        more -= extra
    counts = _counts(rating)
    return Kept(
        awards=awards,
        tokens=_tokens(purchase, rating, held.tokens),
        counts={key: _fewer(counts.get(key, (0, 0)), before) for key, before in held.counts.items()},
    )


def _counts(rating: Rating) -> dict[str, tuple[int, int]]:
    """What tallies count for the goods, and the prizes that these win; a card that begins anew counts from nothing."""
    counts = {}
    for one in rating.counting:
        counted, rewarded = one.after.counted, one.after.rewarded
        if one.before.since in (None, one.after.since):
            counted, rewarded = counted - one.before.counted, rewarded - one.before.rewarded
        counts[one.key] = (counted, rewarded)
    return counts


def _fewer(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(one[0], other[0]), min(one[1], other[1])


def _uncounted(held: Kept, kept: Kept) -> tuple[tuple[str, int, int], ...]:
    """What tallies counted for the goods that come back now."""
    less = (
        (key, counted - kept.counts[key][0], won - kept.counts[key][1]) for key, (counted, won) in held.counts.items()
    )
    return tuple(one for one in less if any(one[1:]))


def _lots(purchase: RatedPurchase, kept: Kept) -> dict[LotId, int]:
    """The points each lot keeps."""
    lots: dict[LotId, int] = {}
    for award in purchase.awards:
        shares = _by_term(award, kept.awards[award.campaign])
        lots |= {lot_id: min(share, award.given.get(lot_id, share)) for lot_id, share in shares.items()}
    return lots


def _by_term(award: RatedAward, points: int) -> dict[LotId, int]:
    """What the lots of an award keep of so many points: those that wait least keep theirs first."""
    kept: dict[LotId, int] = {}
    for term in sorted({award.waiting.get(lot_id, LONG_AGO) for lot_id, _ in award.lots}):
        lots = [(lot_id, made) for lot_id, made in award.lots if award.waiting.get(lot_id, LONG_AGO) == term]
        here = min(points, sum(made for _, made in lots))
        kept |= shared_again(lots, here)
        points -= here
    return kept


def _tokens(purchase: RatedPurchase, rating: Rating, held: frozenset[UUID]) -> frozenset[UUID]:
    """The things won that are kept: of several alike, the first."""
    won = Counter((due.campaign.key, due.token.name) for due in rating.tokens)
    kept = set()
    for token in purchase.tokens:
        if token.token_id in held and won[token.campaign, token.name] > 0:
            won[token.campaign, token.name] -= 1
            kept.add(token.token_id)
    return frozenset(kept)


def shared_again(lots: Sequence[tuple[Share, int]], points: int) -> dict[Share, int]:
    """Share fewer points among the lots of an award, in proportion to what they were made of.

    Highest average (D'Hondt): with all points it gives back the very lots, and fewer points never give any lot more.
    """
    total = sum(made for _, made in lots)
    kept = {lot_id: made * points // total for lot_id, made in lots}
    for _ in range(points - sum(kept.values())):
        best = max(lots, key=lambda lot: (Fraction(lot[1], kept[lot[0]] + 1), lot[1]))
        kept[best[0]] += 1
    return kept
