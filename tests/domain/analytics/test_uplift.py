"""What a campaign has brought, from members and baskets to the cost of a sale; figures worked out by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.analytics.comparing import LEAST
from domain.analytics.costs import costs_of
from domain.analytics.errors import NoControlGroup, NoSalesToCompare, TooFewToCompare
from domain.analytics.uplift import Uplift, uplift
from domain.earning import managing
from domain.earning.control import in_control
from domain.earning.errors import CampaignNotFound, CampaignStateConflict
from domain.earning.rules import RatePerUnit
from domain.earning.terms import Campaign, Sponsor, Terms
from domain.earning.when import When
from domain.ids import CampaignId, PartnerId, new_id
from domain.ledger.posting import Door
from domain.members.recognition import KnownMember
from domain.segments.definitions import Recency
from domain.storage import COALITION, Database, Sight
from domain.values import Money, Rate
from tests.builders.ledger import DAY, a_ledger
from tests.builders.members import seeing
from tests.domain.segments.builders import Street, a_street, sight_of_owner

HALF = When(control=Rate("1/2"))


@dataclass
class Trial:
    """A campaign with a control group at amber."""

    street: Street

    async def campaign(self, when: When = HALF, *, owner: PartnerId | None = None, **changes: Any) -> Campaign:
        """It goes live now."""
        owner = owner or self.street.amber
        terms: dict[str, Any] = {
            "name": "Trial",
            "rule": RatePerUnit(points=Rate(1)),
            "starts_at": self.street.now,
            "partners": frozenset({self.street.amber}),
            "sponsors": (Sponsor(owner),),
            "when": when,
        }
        async with seeing(self.street.books.database, Sight.partner(owner)) as session:
            draft = await managing.draft(session, owner, Terms(**terms | changes), now=self.street.now)
            return await managing.publish(session, owner, draft.campaign_id, now=self.street.now)

    async def measured(
        self, campaign_id: CampaignId, viewer: PartnerId | None, *, sight: Sight | None = None
    ) -> Uplift:
        """What it has brought until now."""
        database = self.street.books.database
        async with seeing(database, sight or sight_of_owner(viewer)) as session:
            found = await uplift(session, database.pool, campaign_id, viewer=viewer, now=self.street.now)
        async with seeing(database, COALITION) as session:
            return found.costing(await costs_of(session, campaign_id, viewer=viewer, now=self.street.now))

    async def ours(self, campaign: Campaign) -> Uplift:
        """As its owner reads it."""
        return await self.measured(campaign.campaign_id, self.street.amber)

    async def crowd(self, count: int = 100, *shops: PartnerId) -> list[KnownMember]:
        """Members, who joined now."""
        return [await self.street.member(*shops) for _ in range(count)]


@pytest.fixture
async def trial(database: Database, database_url: str) -> AsyncIterator[Trial]:
    """Two shops; the first day."""
    async with a_ledger(database, database_url) as books, a_street(books) as street:
        yield Trial(street)
        await books.prove()


def split(campaign: Campaign, members: list[KnownMember]) -> tuple[list[KnownMember], list[KnownMember]]:
    """Treated and control."""
    control = [one for one in members if in_control(campaign.campaign_id, one.member_id, campaign.terms.when.control)]
    return [one for one in members if one not in control], control


async def test_the_effect_and_its_cost_are_those_worked_out_by_hand(trial: Trial) -> None:
    """All treated members buy for 30.00, one for 10.00 more; all others for 20.00; 400 points at a cent are 4.00."""
    street = trial.street
    members = await trial.crowd()
    street.books.now += DAY
    campaign = await trial.campaign()
    treated, control = split(campaign, members)
    street.books.now += DAY
    for who in treated:
        await street.buys(who, cents=3000)
    for who in control:
        await street.buys(who, cents=2000)
    extra = street.books.purchase(
        treated[0],
        replace(street.books.award(400), campaign_id=campaign.campaign_id, campaign_version=1),
    )
    await street.books.posted(Door.PURCHASES, extra)
    street.books.now += DAY
    found = await trial.ours(campaign)
    sold = 30 * len(treated) + 10
    assert found.treated.members == found.treated.buyers == len(treated)
    assert found.treated.sales == Money(Decimal(sold), "USD")
    assert found.control.mean == Money(Decimal(20), "USD")
    gained = Decimal(sold) - 20 * len(treated)
    assert found.incremental.value == Money(gained, "USD")
    assert found.incremental.significant
    assert found.difference.low < found.difference.value < found.difference.high
    [cost] = found.costs
    assert (cost.partner_id, cost.points, cost.amount) == (street.amber, 400, Money(Decimal("4.00"), "USD"))
    assert found.cost_per_sale == (Decimal(4) / gained).quantize(Decimal("0.0001"))


async def test_only_members_who_were_there_before_count_whether_or_not_they_bought(trial: Trial) -> None:
    before = await trial.crowd()
    trial.street.books.now += DAY
    campaign = await trial.campaign()
    trial.street.books.now += DAY
    for late in await trial.crowd(5):
        await trial.street.buys(late)
    found = await trial.ours(campaign)
    treated, control = split(campaign, before)
    assert (found.treated.members, found.control.members) == (len(treated), len(control))
    assert found.treated.buyers == 0
    assert found.cost_per_sale is None


async def test_what_was_bought_before_or_after_or_elsewhere_does_not_count(trial: Trial) -> None:
    street = trial.street
    members = await trial.crowd(100, street.amber, street.birch)
    await street.buys(members[0], cents=7777)
    street.books.now += DAY
    campaign = await trial.campaign(ends_at=street.now + 2 * DAY)
    await street.buys(members[0], at=street.birch, cents=5555)
    street.books.now += 3 * DAY
    await street.buys(members[0], cents=3333)
    found = await trial.ours(campaign)
    assert found.treated.sales == found.control.sales == Money(Decimal(0), "USD")
    assert found.period.ends_at == found.period.starts_at + 2 * DAY


async def test_a_campaign_for_a_segment_compares_those_who_were_in_it_then(trial: Trial) -> None:
    street = trial.street
    members = await trial.crowd(160)
    for who in members[:100]:
        await street.buys(who)
    segment = await street.segment(Recency(days=5))
    await street.refreshed(segment)
    street.books.now += DAY
    campaign = await trial.campaign(When(control=Rate("1/2"), segments=frozenset({segment.segment_id})))
    street.books.now += 10 * DAY
    await street.refreshed(segment)
    assert await street.members(segment.segment_id) == set(), "by now nobody is in it"
    treated, control = split(campaign, members[:100])
    found = await trial.ours(campaign)
    assert (found.treated.members, found.control.members) == (len(treated), len(control))
    others = await trial.campaign(When(control=Rate("1/2"), not_segments=frozenset({segment.segment_id})))
    street.books.now += timedelta(hours=1)
    assert (await trial.ours(others)).treated.members + (await trial.ours(others)).control.members == 160


async def test_who_was_left_out_for_a_while_only_counts_for_neither(trial: Trial) -> None:
    street = trial.street
    members = await trial.crowd(200)
    street.books.now += DAY
    campaign = await trial.campaign(When(control=Rate("1/4")))
    street.books.now += DAY
    raised = replace(campaign.terms, when=When(control=Rate("1/2")))
    async with seeing(street.books.database, Sight.partner(street.amber)) as session:
        await managing.change(session, street.amber, campaign.campaign_id, raised, now=street.now)
        await managing.publish(session, street.amber, campaign.campaign_id, now=street.now)
    street.books.now += DAY
    found = await trial.ours(campaign)
    always = [one for one in members if in_control(campaign.campaign_id, one.member_id, Rate("1/4"))]
    never = [one for one in members if not in_control(campaign.campaign_id, one.member_id, Rate("1/2"))]
    assert (found.treated.members, found.control.members) == (len(never), len(always))


async def test_a_shop_is_told_of_its_own_sales_and_its_own_money(trial: Trial) -> None:
    """One campaign at both shops: each reads its own tills, the coalition both."""
    street = trial.street
    members = await trial.crowd(100, street.amber, street.birch)
    street.books.now += DAY
    campaign = await trial.campaign(partners=frozenset({street.amber, street.birch}))
    street.books.now += DAY
    treated, _ = split(campaign, members)
    await street.buys(treated[0], cents=1100)
    await street.buys(treated[1], at=street.birch, cents=700)
    awarded = street.books.purchase(
        treated[2], replace(street.books.award(100), campaign_id=campaign.campaign_id, campaign_version=1)
    )
    await street.books.posted(Door.PURCHASES, awarded)
    street.books.now += timedelta(minutes=1)
    mine, theirs, all_of_it = [
        await trial.measured(campaign.campaign_id, viewer) for viewer in (street.amber, street.birch, None)
    ]
    sales = [found.treated.sales.amount for found in (mine, theirs, all_of_it)]
    assert sales == [Decimal("21.00"), Decimal("7.00"), Decimal("28.00")]
    assert [found.costs[0].amount for found in (mine, theirs, all_of_it)] == [
        Money(Decimal(1), "USD"),
        None,
        Money(Decimal(1), "USD"),
    ]
    assert theirs.cost == Money(Decimal(0), "USD")
    stolen = await trial.measured(campaign.campaign_id, street.amber, sight=COALITION)
    assert stolen.treated == mine.treated, "whoever is named is told the same"
    with pytest.raises(TooFewToCompare):
        await trial.measured(campaign.campaign_id, street.birch, sight=Sight.partner(street.amber))


async def test_what_cannot_be_compared_is_refused(trial: Trial) -> None:
    street = trial.street
    await trial.crowd(2 * LEAST)
    street.books.now += DAY
    bare, whole = await trial.campaign(When()), await trial.campaign(When(control=Rate("99/100")))
    later = await trial.campaign(starts_at=street.now + 9 * DAY)
    street.books.now += DAY
    with pytest.raises(NoControlGroup):
        await trial.ours(bare)
    with pytest.raises(TooFewToCompare, match="treated has fewer than 30"):
        await trial.ours(whole)
    with pytest.raises(CampaignStateConflict):
        await trial.ours(later)
    with pytest.raises(NoSalesToCompare):
        await trial.measured(whole.campaign_id, street.birch, sight=COALITION)
    with pytest.raises(CampaignNotFound):
        await trial.measured(whole.campaign_id, street.birch)
    with pytest.raises(CampaignNotFound):
        await trial.measured(CampaignId(new_id()), None)
