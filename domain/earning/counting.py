"""What is counted from purchase to purchase: stamps of cards, milestones, turns of wheels.

Pure: tallies come in, and what they become goes out. A card's prizes so far are kept beside its stamps. So stamps that
a return takes back, and that are then collected again, win nothing twice.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.basket import BasketLine, MemberFacts
from domain.earning.periods import period_of
from domain.earning.prizes import Prize, Slot, Token
from domain.earning.rules import Band, Card, Counted, Gift, Milestones
from domain.earning.tallies import NOTHING, Counting, Tally, key_of
from domain.earning.terms import Campaign
from domain.earning.when import zone_of

STAMPS, TURNS = "stamps", "turns"


@dataclass(slots=True)
class Won:
    """What counted things come to."""

    points: int = 0
    tokens: list[Token] = field(default_factory=list)
    turns: int = 0
    """Turns of a wheel that wait for their draw: a preview does not tell how they end."""
    counting: list[Counting] = field(default_factory=list)
    missing: int = 0
    """How much more wins the next prize; 0: there is none."""
    spun: bool = False
    """Whether a wheel was turned to its end."""

    @property
    def anything(self) -> bool:
        """Whether something was won."""
        return bool(self.points or self.tokens or self.turns)


def counted_by(
    campaign: Campaign, lines: Sequence[BasketLine] | None, facts: MemberFacts, at: datetime, zone: ZoneInfo
) -> Won:
    """What a gift, card or milestones come to for lines, or for an action (None)."""
    rule = campaign.terms.rule
    zone = zone_of(campaign.terms.when.time_zone, zone)
    match rule:
        case Gift():
            amount = sum(line.amount for line in lines or ())
            won = Won(missing=max(0, rule.minimum - amount)) if lines is not None else Won()
            return won if won.missing else _give([rule.prize], campaign, facts, won)
        case Card():
            return _card(campaign, rule, measured(rule.counted, rule.bands, lines), facts, at, zone)
        case Milestones():
            return _milestones(campaign, rule, measured(rule.counted, rule.bands, lines), facts, at, zone)
    raise AssertionError(rule)


def tallies_asked(campaign: Campaign, member_id: UUID | None, at: datetime, zone: ZoneInfo) -> list[str]:
    """The keys of the tallies that a campaign's rule goes by, for a member at a moment."""
    rule = campaign.terms.rule
    zone = zone_of(campaign.terms.when.time_zone, zone)
    keys = []
    if isinstance(rule, Card | Milestones):
        keys.append(_key(campaign, STAMPS, member_id, period_of(rule.period, at, zone)))
    if any(prize.wheel for prize in _prizes(rule)):
        keys.append(_key(campaign, TURNS, member_id, ""))
    return keys


def measured(counted: Counted, bands: Sequence[Band], lines: Sequence[BasketLine] | None) -> int:
    """How many stamps, items or minor units lines are; an action is one stamp."""
    if lines is None:
        return 1
    match counted:
        case Counted.ITEMS:
            return int(sum(line.quantity for line in lines))
        case Counted.AMOUNT:
            return int(sum(line.amount for line in lines))
        case Counted.TIMES:
            return band_of(bands, sum(line.amount for line in lines)) if bands else int(bool(lines))


def band_of(bands: Sequence[Band], amount: int) -> int:
    """What the highest band that an amount reaches gives; 0 below all."""
    return next((band.gives for band in reversed(bands) if amount >= band.start), 0)


def prizes_at(rule: Card | Milestones, total: int) -> int:
    """How many prizes a total is worth from the beginning on."""
    if isinstance(rule, Card):
        return total // rule.every + int(rule.at_first and total > 0)
    return sum(mark.at <= total for mark in rule.marks)


def turned(seed: bytes, campaign: Campaign, member_id: UUID, turn: int, slots: Sequence[Slot]) -> Slot:
    """Where a wheel stops: HMAC-SHA256 of campaign, member and number of the turn, under the stored seed, decides."""
    said = b"".join((campaign.campaign_id.bytes, member_id.bytes, turn.to_bytes(8)))
    stop = int.from_bytes(hmac.digest(seed, said, "sha256")) % sum(slot.weight for slot in slots)
    for slot in slots:
        stop -= slot.weight
        if stop < 0:
            return slot
    raise AssertionError


def _card(campaign: Campaign, rule: Card, stamps: int, facts: MemberFacts, at: datetime, zone: ZoneInfo) -> Won:
    key = _key(campaign, STAMPS, facts.member_id, period_of(rule.period, at, zone))
    found = facts.tallies.get(key, NOTHING)
    fresh = bool(rule.days and found.since is not None and at >= found.since + timedelta(days=rule.days))
    before = Tally(version=found.version) if fresh else found
    total = before.counted + stamps
    due = prizes_at(rule, total)
    won = Won(missing=rule.every - total % rule.every)
    if stamps:
        after = Tally(total, max(due, before.rewarded), before.since or at, version=found.version)
        won.counting.append(Counting(key, found, after))
        _give([rule.prize] * max(0, due - before.rewarded), campaign, facts, won)
    return won


def _milestones(
    campaign: Campaign, rule: Milestones, units: int, facts: MemberFacts, at: datetime, zone: ZoneInfo
) -> Won:
    key = _key(campaign, STAMPS, facts.member_id, period_of(rule.period, at, zone))
    before = facts.tallies.get(key, NOTHING)
    total = before.counted + units
    reached = prizes_at(rule, total)
    won = Won(missing=rule.marks[reached].at - total if reached < len(rule.marks) else 0)
    if units:
        after = Tally(total, max(reached, before.rewarded), before.since or at, version=before.version)
        won.counting.append(Counting(key, before, after))
        _give([mark.prize for mark in rule.marks[before.rewarded : reached]], campaign, facts, won)
    return won


def _give(prizes: Sequence[Prize], campaign: Campaign, facts: MemberFacts, won: Won) -> Won:
    spins = [prize for prize in prizes if prize.wheel]
    for prize in prizes:
        won.points += prize.points
        if prize.token is not None:
            won.tokens.append(prize.token)
    if spins:
        _spin(spins, campaign, facts, won)
    return won


def _spin(spins: Sequence[Prize], campaign: Campaign, facts: MemberFacts, won: Won) -> None:
    if campaign.seed is None or facts.member_id is None:
        won.turns += len(spins)
        return
    key = _key(campaign, TURNS, facts.member_id, "")
    before = facts.tallies.get(key, NOTHING)
    for turn, prize in enumerate(spins, start=before.counted + 1):
        slot = turned(campaign.seed, campaign, facts.member_id, turn, prize.wheel)
        won.points += slot.points
        if slot.token is not None:
            won.tokens.append(slot.token)
    after = Tally(before.counted + len(spins), version=before.version)
    won.spun = True
    won.counting.append(Counting(key, before, after))


def _prizes(rule: object) -> tuple[Prize, ...]:
    match rule:
        case Gift() | Card():
            return (rule.prize,)
        case Milestones():
            return tuple(mark.prize for mark in rule.marks)
    return ()


def _key(campaign: Campaign, what: str, member_id: UUID | None, period: str) -> str:
    return key_of(str(campaign.campaign_id), what, member_id, period)
