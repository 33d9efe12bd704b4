"""Benefits in money: what the shop may take off or credit, and what of it the sponsors refund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.earning.basket import BasketLine
from domain.earning.compiling import Compiled
from domain.earning.rules import Cashback, CouponRefund, Discount, Rule
from domain.earning.terms import Campaign
from domain.earning.verdicts import BenefitDue, Offer
from domain.ids import PartnerId
from domain.values import Money, split


@dataclass(frozen=True, slots=True)
class MoneyOff:
    """Minor units for each line, as the campaign would give them."""

    lines: tuple[tuple[BasketLine, int], ...]
    taken_off: bool
    """They lower the price, so that what the shop took off bounds what is refunded."""

    @property
    def units(self) -> int:
        """All together."""
        return sum(units for _, units in self.lines)


def money_of(campaign: Campaign, lines: Sequence[BasketLine]) -> MoneyOff | None:
    """What a campaign gives in money for lines it counts; None: nothing."""
    rule = campaign.terms.rule
    if isinstance(rule, Discount) and sum(price_of(line) for line in lines) < rule.minimum:
        return None
    parts = [(line, units_of(rule, line)) for line in lines]
    if isinstance(rule, Cashback | Discount):
        parts = _within(rule.cap, parts)
    given = tuple((line, units) for line, units in parts if units)
    return MoneyOff(given, isinstance(rule, Discount)) if given else None


def settled(
    money: Sequence[tuple[Compiled, MoneyOff]], redeemer_id: PartnerId, currency: str
) -> tuple[tuple[Offer, ...], tuple[BenefitDue, ...]]:
    """What the shop may take off, and what sponsors refund of what it did; a line's discount counts once."""
    offers: list[Offer] = []
    dues: list[BenefitDue] = []
    taken: dict[int, int] = {}
    for entry, off in money:
        for line, units in off.lines:
            due = units
            if off.taken_off:
                offers.append(Offer(entry.campaign, line.number, units))
                due = min(units, line.discount - taken.get(line.number, 0))
                taken[line.number] = taken.get(line.number, 0) + due
            if due:
                dues += [
                    BenefitDue(entry.campaign, sponsor, redeemer_id, Money.of_minor(part, currency), line.number)
                    for sponsor, part in entry.shares(due)
                ]
    return tuple(offers), tuple(dues)


def units_of(rule: Rule, line: BasketLine) -> int:
    """What a rule gives in money for one line it counts, before what bounds a purchase as a whole."""
    match rule:
        case CouponRefund():
            return line.coupon if rule.cap is None else min(line.coupon, int(rule.cap * line.quantity))
        case Cashback():
            return int(rule.share * line.amount)
        case Discount():
            return _off(rule, line)
    raise AssertionError(rule)


def price_of(line: BasketLine) -> int:
    """What a line cost before the shop took anything off."""
    return line.amount + line.discount


def _off(rule: Discount, line: BasketLine) -> int:
    price = price_of(line)
    if rule.share is not None:
        return int(rule.share * price)
    if rule.off is not None:
        return min(price, int(rule.off * line.quantity))
    return max(0, price - int((rule.price or 0) * line.quantity))


def _within(cap: int | None, parts: list[tuple[BasketLine, int]]) -> list[tuple[BasketLine, int]]:
    """The same parts, cut in proportion where they come to more than the cap."""
    total = sum(units for _, units in parts)
    if cap is None or total <= cap:
        return parts
    cut = split(cap, [units for _, units in parts])
    return [(line, units) for (line, _), units in zip(parts, cut, strict=True)]
