"""Caps for each member and household: how much of what a campaign would give still fits. Pure: no tally changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.basket import MemberFacts
from domain.earning.bounds import Cap, CapOf, CapPer
from domain.earning.periods import period_of
from domain.earning.tallies import NOTHING, Counting, Tally, key_of
from domain.earning.terms import Campaign
from domain.earning.when import zone_of


class Caps:
    """The caps of one purchase or action, used up campaign by campaign in their order."""

    def __init__(self, facts: MemberFacts, at: datetime, zone: ZoneInfo) -> None:
        self._facts = facts
        self._at = at
        self._zone = zone
        self._now: dict[str, Tally] = {}

    def room(self, campaign: Campaign) -> int | None:
        """How many points still fit; None: no cap counts them. 0 also where it may apply no more times."""
        rooms = []
        for cap in campaign.terms.caps:
            left = cap.most - self._used(cap, self._tally(self._key(cap, campaign)))
            if cap.of is CapOf.POINTS:
                rooms.append(max(0, left))
            elif left <= 0:
                return 0
        return min(rooms, default=None)

    def use(self, campaign: Campaign, points: int) -> None:
        """Count that a campaign applies, with so many points."""
        # Caps that count the same, such as two of one shared name, have one tally.
        for key, cap in {self._key(cap, campaign): cap for cap in campaign.terms.caps}.items():
            tally = self._tally(key)
            more = points if cap.of is CapOf.POINTS else 1
            recent = (*self._within(cap, tally), self._at) if cap.hours else ()
            if more:
                self._now[key] = replace(
                    tally, counted=tally.counted + more, since=tally.since or self._at, recent=recent
                )

    def counting(self) -> list[Counting]:
        """What the caps counted."""
        return [Counting(key, self._facts.tallies.get(key, NOTHING), after) for key, after in self._now.items()]

    def _tally(self, key: str) -> Tally:
        return self._now.get(key) or self._facts.tallies.get(key, NOTHING)

    def _used(self, cap: Cap, tally: Tally) -> int:
        return len(self._within(cap, tally)) if cap.hours else tally.counted

    def _within(self, cap: Cap, tally: Tally) -> tuple[datetime, ...]:
        since = self._at - timedelta(hours=cap.hours)
        return tuple(moment for moment in tally.recent if moment > since)

    def _key(self, cap: Cap, campaign: Campaign) -> str:
        return cap_key(cap, campaign, self._facts.member_id, self._at, self._zone)


def caps_asked(campaign: Campaign, member_id: UUID | None, at: datetime, zone: ZoneInfo) -> Iterable[str]:
    """The keys of the tallies that a campaign's caps go by, for a member at a moment."""
    return (cap_key(cap, campaign, member_id, at, zone) for cap in campaign.terms.caps)


def cap_key(cap: Cap, campaign: Campaign, member_id: UUID | None, at: datetime, zone: ZoneInfo) -> str:
    """The key of a cap's tally."""
    period = f"{cap.hours}h" if cap.hours else period_of(cap.period, at, zone_of(campaign.terms.when.time_zone, zone))
    subject = str(campaign.campaign_id) if cap.shared is None else f"{campaign.partner_id}:{cap.shared}"
    return key_of(subject, cap.of.value.lower(), member_id if cap.per is CapPer.MEMBER else None, period)
