"""From the campaigns that count something to what each gives: for whom it is, what it comes to, what stands beside it.

The order: meant for → base points and counted things → which stand together → caps → multipliers → shares of sponsors.
Everything is pure, so a preview, a purchase, a return and a look back weigh alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from domain.earning.actions import Action
from domain.earning.basket import Basket, BasketLine, MemberFacts
from domain.earning.capping import Caps
from domain.earning.compiling import CampaignIndex, Compiled
from domain.earning.control import in_control
from domain.earning.counting import Won, counted_by
from domain.earning.fields import counted, points_of
from domain.earning.money import MoneyOff, money_of, settled
from domain.earning.rounding import ROUNDED
from domain.earning.rules import (
    MONEY_KINDS,
    Bands,
    CouponRefund,
    Discount,
    Flat,
    Multiplier,
    PerField,
    RatePerUnit,
    RuleKind,
)
from domain.earning.stacking import Contender, Mode, chosen
from domain.earning.tallies import Counting
from domain.earning.terms import Campaign
from domain.earning.verdicts import (
    Award,
    Evidence,
    Hits,
    Rating,
    Refused,
    TokenDue,
    Why,
)
from domain.ids import PartnerId


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is weighed: a basket or an action, and by whose clock and money."""

    subject: Basket | Action
    at: datetime
    partner_id: PartnerId
    channel: str | None
    tendered: Mapping[str, int] | None
    """What was paid by which means, in minor units; None: nobody said."""
    lines: Sequence[BasketLine] | None
    """None: an action."""
    currency: str
    zone: ZoneInfo
    point_worth: Fraction
    """What a point is worth to a member, in minor units."""

    @classmethod
    def of_basket(cls, basket: Basket, campaigns: CampaignIndex) -> Occasion:
        """A basket at a till."""
        return cls(
            subject=basket,
            at=basket.occurred_at,
            partner_id=basket.partner_id,
            channel=basket.channel,
            tendered=tendered(basket),
            lines=basket.lines,
            currency=campaigns.currency,
            zone=campaigns.zone,
            point_worth=campaigns.point_worth,
        )

    @classmethod
    def of_action(cls, action: Action, campaigns: CampaignIndex) -> Occasion:
        """An action, wherever it happened."""
        return cls(
            subject=action,
            at=action.occurred_at,
            partner_id=action.partner_id,
            channel=action.channel,
            tendered=None,
            lines=None,
            currency=campaigns.currency,
            zone=campaigns.zone,
            point_worth=campaigns.point_worth,
        )


def tendered(basket: Basket) -> Mapping[str, int] | None:
    """What of a basket was paid by which means, in minor units; None: nobody said."""
    paid: dict[str, int] = {}
    for tender in basket.tenders:
        paid[tender.kind] = paid.get(tender.kind, 0) + tender.amount
    return paid or None


@dataclass(slots=True)
class Outcome:
    """What one campaign comes to."""

    lines: Sequence[BasketLine]
    points: int = 0
    won: Won | None = None
    money: MoneyOff | None = None


@dataclass(slots=True)
class Weighing:
    """One weighing under way."""

    occasion: Occasion
    entries: Sequence[Compiled]
    facts: MemberFacts
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)


def weigh(occasion: Occasion, entries: Sequence[Compiled], hits: Hits, facts: MemberFacts, idle_lines: int) -> Rating:
    """What campaigns give for the lines they count, or, all of them, for an action."""
    weighing = Weighing(occasion, entries, facts)
    multipliers: dict[int, list[BasketLine]] = {}
    for place in sorted(hits):
        entry, lines = entries[place], hits[place]
        if facts.own_sale:
            weighing.refused[place] = Refused(Why.OWN_SALE)
        elif entry.asks and (why := not_meant(entry, occasion, facts)):
            weighing.refused[place] = Refused(why, tiers=facts.tiers)
        elif entry.kind is RuleKind.MULTIPLIER:
            multipliers[place] = lines
        else:
            _come_to(weighing, place, lines)
    caps = Caps(facts, occasion.at, occasion.zone)
    _choose(weighing, multipliers)
    _cap(weighing, caps)
    _multiply(weighing, multipliers, caps)
    return _rated(weighing, hits, caps, idle_lines)


def not_meant(entry: Compiled, occasion: Occasion, facts: MemberFacts) -> Why | None:
    """Why a campaign is not meant for this member, time, channel or basket; None where it is."""
    terms = entry.campaign.terms
    when, zone = terms.when, occasion.zone
    why = None
    if entry.campaign.used_up:
        why = Why.BUDGET_USED_UP
    elif terms.tiers and terms.tiers.isdisjoint(facts.tiers):
        why = Why.OTHER_TIER
    elif (when.segments and not when.segments & facts.segments) or when.not_segments & facts.segments:
        why = Why.OTHER_SEGMENT
    elif when.timed and not when.holds_at(occasion.at, zone):
        why = Why.OTHER_TIME
    elif when.channels and occasion.channel not in when.channels:
        why = Why.OTHER_CHANNEL
    elif entry.condition is not None and not entry.condition.holds(occasion.subject, facts):
        why = Why.CONDITION_NOT_MET
    elif when.control and facts.member_id and in_control(entry.campaign.campaign_id, facts.member_id, when.control):
        why = Why.CONTROL_GROUP
    return why


def _come_to(weighing: Weighing, place: int, lines: Sequence[BasketLine]) -> None:
    """What a campaign that multiplies nothing gives by itself, or why it gives nothing."""
    occasion, entry = weighing.occasion, weighing.entries[place]
    if entry.worth is not None or entry.kind is RuleKind.PER_FIELD:
        if points := _points(entry, lines, occasion):
            weighing.outcomes[place] = Outcome(lines, points)
        else:
            weighing.refused[place] = _worthless(entry.campaign, lines, occasion)
    elif entry.kind in MONEY_KINDS:
        money = money_of(entry.campaign, lines)
        if money is None:
            weighing.refused[place] = _worthless(entry.campaign, lines, occasion)
        else:
            weighing.outcomes[place] = Outcome(lines, money=money)
    else:
        _count(weighing, place, lines)


def _points(entry: Compiled, lines: Sequence[BasketLine], occasion: Occasion) -> int:
    rule = entry.campaign.terms.rule
    if isinstance(rule, PerField):
        return points_of(rule, occasion.subject, entry.campaign.terms.rounding)
    assert entry.worth is not None
    return entry.worth(lines, occasion.tendered)


def _count(weighing: Weighing, place: int, lines: Sequence[BasketLine]) -> None:
    occasion, entry = weighing.occasion, weighing.entries[place]
    counting = None if occasion.lines is None else lines
    won = counted_by(entry.campaign, counting, weighing.facts, occasion.at, occasion.zone)
    if won.anything or won.counting:
        weighing.outcomes[place] = Outcome(lines, won.points, won)
    if not won.anything:
        weighing.refused[place] = _nothing_won(entry, lines, won, weighing.facts)


def _nothing_won(entry: Compiled, lines: Sequence[BasketLine], won: Won, facts: MemberFacts) -> Refused:
    if won.spun:
        return Refused(Why.BLANK)
    if entry.kind is RuleKind.GIFT:
        return Refused(Why.BELOW_MINIMUM, won.missing)
    if facts.member_id is None:
        return Refused(Why.MEMBER_UNKNOWN)
    bands = getattr(entry.campaign.terms.rule, "bands", ())
    if bands and not won.counting:
        return Refused(Why.BELOW_MINIMUM, bands[0].start - sum(line.amount for line in lines))
    return Refused(Why.NOT_YET, won.missing) if won.missing else Refused(Why.ALL_WON)


def _choose(weighing: Weighing, multipliers: Mapping[int, Sequence[BasketLine]]) -> None:
    """Leave out what others give instead of."""
    entries, outcomes = weighing.entries, weighing.outcomes
    if not any(entries[place].contends for place in outcomes):
        return
    # What stands by itself is weighed only where something would stand alone instead of all the rest.
    alone = any(entries[place].campaign.terms.stacking.mode is Mode.EXCLUSIVE for place in outcomes)
    contenders = [
        Contender(place, entries[place].campaign.terms.stacking, worth)
        for place in outcomes
        if (alone or entries[place].contends) and (worth := _worth(weighing, place, multipliers))
    ]
    _, beaten = chosen(contenders)
    for place, instead in beaten.items():
        del outcomes[place]
        weighing.refused[place] = Refused(Why.ANOTHER_GIVES, instead=instead)


def _worth(weighing: Weighing, place: int, multipliers: Mapping[int, Sequence[BasketLine]]) -> int:
    """What an outcome is worth to the member, alone, with what multipliers make of it: minor units, times a factor."""
    outcome, entry = weighing.outcomes[place], weighing.entries[place]
    rate, points = weighing.occasion.point_worth, outcome.points
    if entry.campaign.terms.caps:
        room = Caps(weighing.facts, weighing.occasion.at, weighing.occasion.zone).room(entry.campaign)
        if room == 0:
            return 0
        points = points if room is None else min(points, room)
    if entry.worth is not None and points:
        points += sum([_extra(weighing, other, lines, {place: points}) for other, lines in multipliers.items()])
    units = outcome.money.units if outcome.money is not None else 0
    tokens = 0 if outcome.won is None else len(outcome.won.tokens) + outcome.won.turns
    # Things that are no points weigh least: they decide between campaigns that give nothing else.
    return (points * rate.numerator + units * rate.denominator) * 1000 + tokens


def _cap(weighing: Weighing, caps: Caps) -> None:
    """Cut what each gives to what still fits, in their order, and count it."""
    for place in list(weighing.outcomes):
        campaign = weighing.entries[place].campaign
        if campaign.terms.caps:
            outcome = weighing.outcomes[place]
            room = caps.room(campaign)
            if room == 0:
                del weighing.outcomes[place]
                weighing.refused[place] = Refused(Why.CAP_REACHED)
                continue
            outcome.points = outcome.points if room is None else min(outcome.points, room)
            caps.use(campaign, outcome.points)


def _multiply(weighing: Weighing, multipliers: Mapping[int, Sequence[BasketLine]], caps: Caps) -> None:
    base = {place: outcome.points for place, outcome in weighing.outcomes.items() if weighing.entries[place].worth}
    for place, lines in multipliers.items():
        campaign = weighing.entries[place].campaign
        points = _extra(weighing, place, lines, base)
        room = caps.room(campaign) if points and campaign.terms.caps else None
        if points and room != 0:
            points = points if room is None else min(points, room)
            weighing.outcomes[place] = Outcome(lines, points)
            caps.use(campaign, points)
        else:
            nothing = Why.ROUNDED_AWAY if any(base.values()) else Why.NOTHING_TO_MULTIPLY
            weighing.refused[place] = Refused(Why.CAP_REACHED if points else nothing)


def _extra(weighing: Weighing, place: int, lines: Sequence[BasketLine], base: Mapping[int, int]) -> int:
    """What a multiplier with these lines adds to base awards of so many points."""
    campaign = weighing.entries[place].campaign
    rule = campaign.terms.rule
    assert isinstance(rule, Multiplier)
    numbers = {line.number for line in lines}
    total = 0
    for other, points in base.items():
        entry = weighing.entries[other]
        if entry.worth is None or entry.kind not in rule.base:
            continue
        counted = weighing.outcomes[other].lines
        common = [line for line in counted if line.number in numbers]
        whole = len(common) == len(counted)
        total += points if whole else min(points, entry.worth(common, weighing.occasion.tendered))
    factor = rule.factor
    return ROUNDED[campaign.terms.rounding]((factor.numerator - factor.denominator) * total, factor.denominator)


def _worthless(campaign: Campaign, lines: Sequence[BasketLine], occasion: Occasion) -> Refused:
    rule = campaign.terms.rule
    amount = sum(line.amount for line in lines)
    match rule:
        case PerField() if not counted(rule, occasion.subject):
            refused = Refused(Why.NO_FIELD)
        case Flat() | Discount() if amount < rule.minimum:
            refused = Refused(Why.BELOW_MINIMUM, rule.minimum - amount)
        case Bands() if amount < rule.bands[0].start:
            refused = Refused(Why.BELOW_MINIMUM, rule.bands[0].start - amount)
        case CouponRefund():
            refused = Refused(Why.NO_COUPON)
        case Discount():
            refused = Refused(Why.NO_DISCOUNT)
        case RatePerUnit() if rule.tenders and not rule.tenders & set(occasion.tendered or ()):
            refused = Refused(Why.OTHER_TENDER)
        case _:
            refused = Refused(Why.ROUNDED_AWAY)
    return refused


def _rated(weighing: Weighing, hits: Hits, caps: Caps, idle_lines: int) -> Rating:
    entries, outcomes = weighing.entries, weighing.outcomes
    awards = tuple(
        Award(entries[place].campaign, outcome.points, entries[place].shares(outcome.points), _numbers(outcome.lines))
        for place, outcome in sorted(outcomes.items())
        if outcome.points
    )
    money = [
        (entries[place], outcome.money) for place, outcome in sorted(outcomes.items()) if outcome.money is not None
    ]
    offers, benefits = settled(money, weighing.occasion.partner_id, weighing.occasion.currency) if money else ((), ())
    counted = [(entries[place].campaign, outcome.won) for place, outcome in outcomes.items() if outcome.won is not None]
    given = {place for place, outcome in outcomes.items() if place not in weighing.refused}
    return Rating(
        awards=awards,
        benefits=benefits,
        idle_lines=idle_lines,
        evidence=Evidence(entries, hits, weighing.refused, given),
        offers=offers,
        tokens=tuple(TokenDue(campaign, token) for campaign, won in counted for token in won.tokens),
        turns=tuple((campaign, won.turns) for campaign, won in counted if won.turns),
        counting=(*_counted(counted), *caps.counting()),
    )


def _counted(counted: Sequence[tuple[Campaign, Won]]) -> Iterator[Counting]:
    for _, won in counted:
        yield from won.counting


def _numbers(lines: Sequence[BasketLine]) -> tuple[int, ...]:
    return tuple([line.number for line in lines])
