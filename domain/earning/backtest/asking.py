"""What is asked of the past: terms as if they had been in force, beside the campaigns that were."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import func, or_
from sqlmodel import col, select

from domain.earning.backtest.errors import BacktestNeedsPurchases, BacktestPeriodInvalid, BacktestTooLarge
from domain.earning.backtest.kinship import counts_on
from domain.earning.backtest.reading import Looked
from domain.earning.models import CampaignRow
from domain.earning.periods import Period
from domain.earning.queries import campaign_of, visible_to
from domain.earning.rules import Card, Milestones
from domain.earning.terms import Campaign, CampaignState, Terms
from domain.earning.when import PURCHASE
from domain.ids import CampaignId, PartnerId
from domain.ledger.models import Purchase
from domain.storage import ReadSession, concerning, sight_of

MOST_DAYS: Final = 400
MOST_PURCHASES: Final = 1_000_000
LENGTHS: Final = {
    Period.DAY: timedelta(days=1),
    Period.WEEK: timedelta(days=7),
    Period.MONTH: timedelta(days=31),
    Period.QUARTER: timedelta(days=92),
    Period.YEAR: timedelta(days=366),
}
PURPOSE: Final = b"hansa.backtest"

Key = tuple[CampaignId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """Terms to be tried on the purchases of a past time."""

    campaign: Campaign
    owner: PartnerId | None
    """Whose purchases; None: all of them, for the coalition."""
    since: datetime
    until: datetime
    """Exclusive."""

    def check(self, now: datetime) -> None:
        """Hold it to the past. Raises: BacktestPeriodInvalid, BacktestNeedsPurchases."""
        for name, moment in (("since", self.since), ("until", self.until)):
            if moment.tzinfo is None:
                raise BacktestPeriodInvalid(f"{name} has an offset, such as +02:00", path=(name,))
        if self.since >= self.until:
            raise BacktestPeriodInvalid("since lies before until", path=("since",))
        if self.since >= now:
            raise BacktestPeriodInvalid(
                "since lies in the past: only purchases that were made can be looked at", path=("since",)
            )
        if self.until - self.since > timedelta(days=MOST_DAYS):
            raise BacktestPeriodInvalid(f"at most {MOST_DAYS} days are looked at together", path=("until",))
        if PURCHASE not in self.campaign.terms.when.triggers:
            raise BacktestNeedsPurchases


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The campaigns of both sides: as they were live, and with the terms looked at."""

    campaigns: Sequence[Campaign]
    live: frozenset[Key]
    asked: frozenset[Key]
    key: Key
    """The terms looked at."""
    read_since: datetime
    """From when on purchases count on: cards and caps that were running when the time began."""


async def campaigns_of_time(session: ReadSession, look: LookBack) -> list[Campaign]:
    """The campaigns that were live then, at the tills looked at, and that the viewer may see."""
    overlapping = (
        col(CampaignRow.live_from).is_not(None)
        & (col(CampaignRow.live_from) < look.until)
        & (col(CampaignRow.starts_at) < look.until)
        & or_(col(CampaignRow.live_until).is_(None), col(CampaignRow.live_until) > look.since)
        & or_(col(CampaignRow.ends_at).is_(None), col(CampaignRow.ends_at) > look.since)
    )
    statement = select(CampaignRow).where(overlapping, visible_to(sight_of(session)))
    if look.owner is not None:
        statement = statement.where(col(CampaignRow.partners).contains([look.owner]))
    found = [campaign_of(row) for row in await session.scalars(statement)]
    return [campaign for campaign in found if PURCHASE in campaign.terms.when.triggers]


async def check_size(session: ReadSession, looked: Looked) -> None:
    """Hold what is read to what a server can take in one go. Raises: BacktestTooLarge."""
    statement = select(func.count()).where(
        col(Purchase.occurred_at) >= looked.since,
        col(Purchase.occurred_at) < looked.until,
        concerning(sight_of(session), col(Purchase.partner_id)),
    )
    count = await session.scalar(statement) or 0
    if count > MOST_PURCHASES:
        raise BacktestTooLarge(count, MOST_PURCHASES)


def programme(look: LookBack, live: Collection[Campaign]) -> Programme:
    """Both sides. The draft of a next version stands in for the version before it, and counts on from it."""
    campaigns, keys, own = [], set(), set()
    read_since = min([look.since, *(reach for one in live for reach in _reach(one, look))])
    for campaign in live:
        for part in _split(campaign, look):
            campaigns.append(_turning(part))
            keys.add(part.key)
            if campaign.campaign_id == look.campaign.campaign_id and part.version > 0:
                own.add(part.key)
    versions = [one.version for one in live if one.campaign_id == look.campaign.campaign_id]
    draft = _in_force(look, version=1 + max([look.campaign.version, *versions]))
    return Programme(
        campaigns=[*campaigns, _turning(draft)],
        live=frozenset(keys),
        asked=frozenset(keys - own | {draft.key}),
        key=draft.key,
        read_since=read_since,
    )


def _in_force(look: LookBack, version: int) -> Campaign:
    """The terms as if they had been in force over the whole time."""
    terms: Terms = replace(look.campaign.terms, starts_at=look.since, ends_at=look.until)
    return Campaign(
        campaign_id=look.campaign.campaign_id,
        version=version,
        partner_id=look.campaign.partner_id,
        state=CampaignState.LIVE,
        terms=terms,
        live_from=look.since,
    )


def _split(campaign: Campaign, look: LookBack) -> Iterator[Campaign]:
    """A version before the time looked at, under a negative number, and within it: only the latter can be replaced."""
    window = campaign.window()
    assert window is not None, "it was live"
    if window[0] >= look.since:
        yield campaign
        return
    yield replace(campaign, version=-campaign.version, live_until=look.since)
    yield replace(campaign, live_from=look.since)


def _turning(campaign: Campaign) -> Campaign:
    """With a seed of the look back's own: wheels turn by the same odds, and tell nothing of how real turns end."""
    seed = sha256(PURPOSE + campaign.campaign_id.bytes).digest()
    return replace(campaign, seed=seed, used_up=False)


def _reach(campaign: Campaign, look: LookBack) -> Iterator[datetime]:
    """Since when what a campaign counts at the beginning of the time may have been counted."""
    window = campaign.window()
    if window is None or window[0] >= look.since or not counts_on(campaign):
        return
    rule = campaign.terms.rule
    periods: list[timedelta | None] = [
        timedelta(hours=cap.hours) if cap.hours else LENGTHS.get(cap.period) if cap.period else None
        for cap in campaign.terms.caps
    ]
    if isinstance(rule, Card | Milestones):
        periods.append(LENGTHS.get(rule.period) if rule.period else None)
    for length in periods:
        yield window[0] if length is None else max(window[0], look.since - length)
