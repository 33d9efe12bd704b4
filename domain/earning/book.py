"""The campaigns in memory, for the till: compiled once for each outlet and stretch of time, reloaded when changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import asyncpg

from domain.earning.basket import OLDEST_PURCHASE
from domain.earning.compiling import GREENWICH, ONE, CampaignIndex
from domain.earning.queries import campaigns_digest, campaigns_in_force
from domain.earning.terms import Campaign
from domain.earning.when import PURCHASE
from domain.ids import OutletId, PartnerId

CHECK_EVERY = timedelta(seconds=5)
MOST_TILLS = 5000

Till = tuple[PartnerId, frozenset[int] | None, str]


@dataclass(frozen=True, slots=True)
class _Stretches:
    """The campaigns of one till: which hold from each moment on, compiled when first asked for."""

    campaigns: tuple[Campaign, ...]
    changes: tuple[datetime, ...]
    compiled: dict[int, CampaignIndex]


class CampaignBook:
    """All campaigns that purchases may earn under now, of all partners.

    A change shows after `check_every` at the latest. Between reloads it answers without the database.
    """

    def __init__(
        self,
        currency: str,
        campaigns: Iterable[Campaign] = (),
        *,
        zone: ZoneInfo = GREENWICH,
        point_worth: Fraction = ONE,
        reach: timedelta = OLDEST_PURCHASE,
        check_every: timedelta = CHECK_EVERY,
    ) -> None:
        self.currency = currency
        self.zone = zone
        self.point_worth = point_worth
        self._reach = reach
        self._check_every = check_every
        self._checked_at: datetime | None = None
        self._digest: bytes | None = None
        self._fill(campaigns)

    async def refresh(self, pool: asyncpg.Pool[asyncpg.Record], *, now: datetime, at_once: bool = False) -> None:
        """Reload the campaigns if they have changed; asked often, it looks now and then, or when told to at once."""
        checked = self._checked_at
        if not at_once and checked is not None and checked <= now < checked + self._check_every:
            return
        digest = await campaigns_digest(pool, now=now, reach=self._reach)
        if digest != self._digest:
            # Read after the digest: what is newer than it is noticed at the next look.
            self._fill(await campaigns_in_force(pool, now=now, reach=self._reach))
            self._digest = digest
        self._checked_at = now

    def index(
        self, partner_id: PartnerId, outlet_id: OutletId | None, at: datetime, trigger: str = PURCHASE
    ) -> CampaignIndex:
        """The campaigns under which a purchase at an outlet, or an action, earned at a moment."""
        # Outlets that the same campaigns name, or none, share what is compiled for their partner.
        till = (partner_id, None if outlet_id is None else self._alike.get(outlet_id), trigger)
        stretches = self._tills.get(till)
        if stretches is None:
            if len(self._tills) >= MOST_TILLS:
                self._tills.clear()
            stretches = self._tills[till] = self._stretches(partner_id, outlet_id, trigger)
        place = bisect_right(stretches.changes, at)
        index = stretches.compiled.get(place)
        if index is None:
            holding = [campaign for campaign in stretches.campaigns if _holds(campaign, at)]
            index = stretches.compiled[place] = CampaignIndex(
                holding, outlet_id, self.currency, zone=self.zone, point_worth=self.point_worth
            )
        return index

    def _fill(self, campaigns: Iterable[Campaign]) -> None:
        self._campaigns = tuple(campaigns)
        self._alike = _alike(self._campaigns)
        self._tills: dict[Till, _Stretches] = {}

    def _stretches(self, partner_id: PartnerId, outlet_id: OutletId | None, trigger: str) -> _Stretches:
        here = tuple(
            campaign
            for campaign in self._campaigns
            if trigger in campaign.terms.when.triggers
            and partner_id in campaign.terms.partners
            and (not campaign.terms.outlets or outlet_id in campaign.terms.outlets)
        )
        moments = {moment for campaign in here for moment in campaign.window() or () if moment is not None}
        return _Stretches(here, tuple(sorted(moments)), {})


def _holds(campaign: Campaign, at: datetime) -> bool:
    window = campaign.window()
    return window is not None and window[0] <= at and (window[1] is None or at < window[1])


def _alike(campaigns: Iterable[Campaign]) -> dict[OutletId, frozenset[int]]:
    """For each outlet named anywhere, the places where it is: to rules, outlets with the same places are alike."""
    places: dict[OutletId, set[int]] = {}
    every = [named for campaign in campaigns for named in (campaign.terms.outlets, *_named_outlets(campaign))]
    for place, named in enumerate(every):
        for outlet in named:
            places.setdefault(outlet, set()).add(place)
    shared: dict[frozenset[int], frozenset[int]] = {}
    return {outlet: shared.setdefault(kinds := frozenset(found), kinds) for outlet, found in places.items()}


def _named_outlets(campaign: Campaign) -> list[frozenset[OutletId]]:
    match = campaign.terms.rule.lines
    return [match.outlets, *(exclusion.outlets for exclusion in match.excluding)]
