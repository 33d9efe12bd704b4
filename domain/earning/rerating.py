"""What a return takes back: the purchase's own rules, run again on what is left of it.

Which lines each campaign counted is recorded with the purchase, so a catalogue that changes later changes no return.
Every rule's worth never falls when a basket grows, and shares are taken back by a sequence that depends on the original
award alone; so several returns together take back what one return of the same goods would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from domain.earning.basket import BasketLine, check_quantity
from domain.earning.compiling import worth_of
from domain.earning.errors import DuplicateLine, InvalidBasket, ReturnExceedsPurchase
from domain.earning.rating import Multiplied, extra_of
from domain.earning.rules import Multiplier
from domain.earning.terms import Campaign
from domain.ids import BenefitId, CampaignId, LotId

Key = tuple[CampaignId, int]


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """So much of a line comes back."""

    number: int
    quantity: Decimal

    def __post_init__(self) -> None:
        check_quantity(self.quantity)
        if not self.quantity:
            raise InvalidBasket("what comes back is more than nothing", path=("quantity",))


@dataclass(frozen=True, slots=True)
class RatedAward:
    """What a campaign gave for a purchase, as the books have it."""

    campaign: Key
    lines: frozenset[int]
    """The numbers of the lines it counted."""
    lots: tuple[tuple[LotId, int], ...]
    """A lot for each sponsor, with the points the basket earned from it."""
    given: Mapping[LotId, int] = field(default_factory=dict)
    """Lots whose sponsors could fund fewer points, and how many they were made of."""

    @property
    def points(self) -> int:
        """All points of the award."""
        return sum(points for _, points in self.lots)


@dataclass(frozen=True, slots=True)
class RatedPurchase:
    """A purchase as it was rated."""

    currency: str
    lines: tuple[BasketLine, ...]
    awards: tuple[RatedAward, ...]
    benefits: tuple[tuple[BenefitId, int], ...] = ()
    """Benefits and the line each was given on."""


@dataclass(frozen=True, slots=True)
class ClawBack:
    """What a return takes back."""

    lots: tuple[tuple[LotId, int], ...]
    """Points by lot; lots that lose nothing are left out."""
    benefits: tuple[BenefitId, ...]
    """Benefits of lines that have now come back wholly."""
    amounts: tuple[tuple[int, int], ...]
    """Each returned line, and what of its amount came back, in minor units."""

    @property
    def points(self) -> int:
        """All points together."""
        return sum(points for _, points in self.lots)


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
    earlier = _left(purchase, before)
    left = _left(purchase, [*before, *now])
    kept_earlier, kept = _kept(purchase, campaigns, earlier), _kept(purchase, campaigns, left)
    lots = ((lot_id, points - kept[lot_id]) for lot_id, points in kept_earlier.items())
    gone = {line.number for line in left.values() if not line.quantity and earlier[line.number].quantity}
    return ClawBack(
        lots=tuple((lot_id, points) for lot_id, points in lots if points),
        benefits=tuple(benefit_id for benefit_id, line in purchase.benefits if line in gone),
        amounts=tuple((line.number, earlier[line.number].amount - left[line.number].amount) for line in now),
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


def _kept(
    purchase: RatedPurchase, campaigns: Mapping[Key, Campaign], left: Mapping[int, BasketLine]
) -> dict[LotId, int]:
    """The points each lot keeps, given the lines that are left."""
    base: dict[Key, Multiplied] = {}
    for award in purchase.awards:
        worth = worth_of(campaigns[award.campaign], purchase.currency)
        if worth is not None:
            lines = _counted(award, left)
            base[award.campaign] = (worth, lines, worth(lines))
    kept: dict[LotId, int] = {}
    for award in purchase.awards:
        campaign = campaigns[award.campaign]
        if award.campaign in base:
            points = base[award.campaign][2]
        else:
            points = _extra(campaign, _counted(award, left), campaigns, base)
        shares = shared_again(award.lots, min(points, award.points))
        kept |= {lot_id: min(share, award.given.get(lot_id, share)) for lot_id, share in shares.items()}
    return kept


def _extra(
    campaign: Campaign, lines: Sequence[BasketLine], campaigns: Mapping[Key, Campaign], base: Mapping[Key, Multiplied]
) -> int:
    rule = campaign.terms.rule
    assert isinstance(rule, Multiplier)
    return extra_of(
        campaign, lines, [award for key, award in base.items() if campaigns[key].terms.rule.kind in rule.base]
    )


def _counted(award: RatedAward, left: Mapping[int, BasketLine]) -> list[BasketLine]:
    return [left[number] for number in sorted(award.lines) if left[number].quantity]


def shared_again(lots: Sequence[tuple[LotId, int]], points: int) -> dict[LotId, int]:
    """Share fewer points among the lots of an award, in proportion to what they were made of.

    Highest average (D'Hondt): with all points it gives back the very lots, and fewer points never give any lot more.
    """
    total = sum(made for _, made in lots)
    kept = {lot_id: made * points // total for lot_id, made in lots}
    for _ in range(points - sum(kept.values())):
        best = max(lots, key=lambda lot: (Fraction(lot[1], kept[lot[0]] + 1), lot[1]))
        kept[best[0]] += 1
    return kept
