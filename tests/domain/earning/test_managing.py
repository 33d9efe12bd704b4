"""Laws of a campaign's life."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import col

from domain.coalition import partners
from domain.coalition.models import PartnerStatus
from domain.earning import managing, queries
from domain.earning.errors import (
    AgreementMissing,
    CampaignNotFound,
    CampaignStateConflict,
    InvalidCampaign,
    SponsorMayNotIssue,
)
from domain.earning.expiry import Expiry, ExpiryKind
from domain.earning.matching import LineMatch
from domain.earning.models import CampaignAgreement, CampaignRow
from domain.earning.rounding import Rounding
from domain.earning.rules import Flat, Multiplier, RatePerUnit
from domain.earning.terms import Campaign, CampaignState, Sponsor
from domain.ids import CampaignId, OutletId, PartnerId, new_id
from domain.paging import PageRequest
from domain.storage import COALITION, Database, ReadSession, Sight
from domain.values import Rate
from tests.domain.earning.builders import NOW, shared
from tests.domain.earning.world import OPENED, World, a_world, acting

RULE = RatePerUnit(points=Rate(1))


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition to run campaigns in."""
    return await a_world(database)


async def _step(world: World, rule: Callable[..., Awaitable[Any]], actor: PartnerId, *args: Any, **named: Any) -> Any:
    async with acting(world.database, Sight.partner(actor)) as session:
        return await rule(session, actor, *args, **{"now": NOW, **named})


async def test_a_draft_is_read_back_as_it_was_written(world: World) -> None:
    terms = world.terms(
        Multiplier(factor=Rate("3/2"), lines=LineMatch(makers=frozenset({world.maker}))),
        outlets=frozenset({world.outlet}),
        tiers=frozenset({"GOLD"}),
        ends_at=NOW + timedelta(days=30),
        sponsors=shared((world.shop, "1/3"), (world.maker, "2/3")),
        return_days=14,
        expiry=Expiry(kind=ExpiryKind.FIXED, month=12, day=31, months=24),
        rounding=Rounding.HALF_EVEN,
        priority=3,
    )
    written = await _step(world, managing.draft, world.shop, terms)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        read = await queries.campaign_by_id(session, written.campaign_id)
    assert read == written
    assert read.terms == terms
    assert (read.version, read.state) == (1, CampaignState.DRAFT)


async def test_a_partner_publishes_what_it_pays_for_itself(world: World) -> None:
    campaign = await world.published(await world.drafted(RULE))
    assert (campaign.state, campaign.live_from, campaign.live_until) == (CampaignState.LIVE, OPENED, None)


async def test_a_sponsor_pays_nothing_it_has_not_agreed_to(world: World) -> None:
    draft = await world.drafted(RULE, sponsors=shared((world.shop, "1/2"), (world.maker, "1/2")))
    with pytest.raises(AgreementMissing) as refusal:
        await world.published(draft)
    assert refusal.value.partner_ids == {world.maker}
    await world.agreed(draft)
    await world.agreed(draft)
    assert (await world.published(draft)).state is CampaignState.LIVE


async def test_an_agreement_is_void_once_the_terms_change(world: World) -> None:
    sponsors = shared((world.shop, "1/2"), (world.maker, "1/2"))
    draft = await world.drafted(RULE, sponsors=sponsors)
    await world.agreed(draft)
    dearer = world.terms(RatePerUnit(points=Rate(100)), sponsors=sponsors)
    changed = await _step(world, managing.change, world.shop, draft.campaign_id, dearer)
    assert changed.version == 1
    with pytest.raises(AgreementMissing):
        await world.published(changed)
    with pytest.raises(CampaignStateConflict):
        await world.agreed(draft)
    back = await _step(world, managing.change, world.shop, draft.campaign_id, draft.terms)
    assert (await world.published(back)).state is CampaignState.LIVE


async def test_the_database_too_asks_for_the_agreement(world: World) -> None:
    draft = await world.drafted(RULE, sponsors=(Sponsor(world.maker),))
    with pytest.raises(IntegrityError, match="has not agreed"):
        async with acting(world.database, Sight.partner(world.shop)) as session:
            await session.execute(
                text("UPDATE campaign SET state = 'LIVE', live_from = :now WHERE campaign_id = :id"),
                {"now": NOW, "id": draft.campaign_id},
            )


async def test_nobody_agrees_for_another(world: World) -> None:
    draft = await world.drafted(RULE, sponsors=(Sponsor(world.maker),))
    for stranger in (world.wholesaler, world.shop):
        with pytest.raises(CampaignNotFound):
            await _step(world, managing.agree, stranger, draft.campaign_id, draft.terms.fingerprint())
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with acting(world.database, Sight.partner(world.shop)) as session:
            await managing.agree(session, world.maker, draft.campaign_id, draft.terms.fingerprint(), now=NOW)


async def test_a_sponsor_without_a_contract_to_fund_pays_nothing(world: World) -> None:
    draft = await world.drafted(RULE)
    async with acting(world.database, COALITION) as session:
        await partners.change_status(session, world.shop, PartnerStatus.LEAVING)
    with pytest.raises(SponsorMayNotIssue) as refusal:
        await world.published(draft)
    assert refusal.value.partner_ids == {world.shop}


async def test_a_sponsor_of_no_share_need_not_agree(world: World) -> None:
    draft = await world.drafted(RULE, sponsors=shared((world.shop, "1"), (world.maker, "0")))
    assert (await world.published(draft)).state is CampaignState.LIVE


async def test_what_is_live_never_changes_and_a_change_makes_the_next_version(world: World) -> None:
    first = await world.live(RULE)
    second = await _step(world, managing.change, world.shop, first.campaign_id, world.terms(Flat(points=5)))
    assert (second.version, second.state) == (2, CampaignState.DRAFT)
    later = NOW + timedelta(days=1)
    second = await world.published(second, now=later)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        versions = await queries.versions_of(session, first.campaign_id)
    assert [(one.version, one.state, one.live_from, one.live_until) for one in versions] == [
        (1, CampaignState.ENDED, OPENED, later),
        (2, CampaignState.LIVE, later, None),
    ]
    assert versions[0].terms == first.terms


@pytest.mark.parametrize(
    "change",
    [
        'rule = \'{"kind": "FLAT", "points": 9}\'',
        "priority = 7",
        "state = 'DRAFT', live_from = NULL",
        "live_from = live_from - interval '1 day'",
    ],
)
async def test_the_database_too_keeps_what_has_been_live(world: World, change: str) -> None:
    await world.live(RULE)
    with pytest.raises(IntegrityError, match="never changes"):
        async with acting(world.database, Sight.partner(world.shop)) as session:
            await session.execute(text(f"UPDATE campaign SET {change}"))


async def test_a_pause_stays_on_record(world: World) -> None:
    live = await world.live(RULE)
    paused = await _step(world, managing.pause, world.shop, live.campaign_id)
    assert (paused.state, paused.live_until) == (CampaignState.PAUSED, NOW)
    later = NOW + timedelta(hours=1)
    resumed = await _step(world, managing.resume, world.shop, live.campaign_id, now=later)
    assert (resumed.version, resumed.state, resumed.live_from) == (2, CampaignState.LIVE, later)
    assert resumed.terms == live.terms
    async with acting(world.database, Sight.partner(world.shop)) as session:
        first, _ = await queries.versions_of(session, live.campaign_id)
    assert (first.state, first.live_until) == (CampaignState.ENDED, NOW)


async def test_an_end_is_final(world: World) -> None:
    live = await world.live(RULE)
    draft = await _step(world, managing.change, world.shop, live.campaign_id, world.terms(Flat(points=5)))
    ended = await _step(world, managing.end, world.shop, live.campaign_id)
    assert (ended.version, ended.state) == (2, CampaignState.ENDED)
    for step in (managing.pause, managing.resume, managing.publish, managing.end):
        with pytest.raises(CampaignStateConflict):
            await _step(world, step, world.shop, draft.campaign_id)
    with pytest.raises(CampaignStateConflict):
        await _step(world, managing.change, world.shop, live.campaign_id, live.terms)


async def test_steps_out_of_order_are_refused(world: World) -> None:
    draft = await world.drafted(RULE)
    for step in (managing.pause, managing.resume):
        with pytest.raises(CampaignStateConflict):
            await _step(world, step, world.shop, draft.campaign_id)
    await world.published(draft)
    for step in (managing.publish, managing.resume):
        with pytest.raises(CampaignStateConflict):
            await _step(world, step, world.shop, draft.campaign_id)


async def test_a_campaign_that_is_over_is_not_published(world: World) -> None:
    draft = await world.drafted(RULE, ends_at=NOW)
    with pytest.raises(InvalidCampaign):
        await world.published(draft, now=NOW)


async def test_a_campaign_names_partners_and_their_outlets(world: World) -> None:
    stranger = PartnerId(new_id())
    for terms in (
        {"partners": frozenset({stranger})},
        {"sponsors": (Sponsor(stranger),)},
        {"outlets": frozenset({OutletId(new_id())})},
        {"partners": frozenset({world.maker}), "outlets": frozenset({world.outlet})},
    ):
        with pytest.raises(InvalidCampaign):
            await world.drafted(RULE, **terms)


async def test_only_its_owner_moves_a_campaign(world: World) -> None:
    live = await world.live(RULE, sponsors=(Sponsor(world.maker),))
    for step in (managing.pause, managing.end, managing.publish):
        with pytest.raises(CampaignNotFound):
            await _step(world, step, world.maker, live.campaign_id)
    with pytest.raises(CampaignNotFound):
        await _step(world, managing.change, world.maker, live.campaign_id, live.terms)
    with pytest.raises(CampaignNotFound):
        await _step(world, managing.pause, world.shop, CampaignId(new_id()))


async def test_two_changes_at_once_make_one_version(world: World) -> None:
    live = await world.live(RULE)
    outcomes = await asyncio.gather(
        *(
            _step(world, managing.change, world.shop, live.campaign_id, world.terms(Flat(points=points)))
            for points in (5, 6, 7)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Campaign) for outcome in outcomes) >= 1
    assert all(isinstance(outcome, Campaign | CampaignStateConflict) for outcome in outcomes)
    async with acting(world.database, Sight.partner(world.shop)) as session:
        assert len(await queries.versions_of(session, live.campaign_id)) == 2


async def test_a_draft_is_between_owner_and_sponsors_and_a_live_one_open_to_its_shops(world: World) -> None:
    draft = await world.drafted(RULE, owner=world.maker, sponsors=(Sponsor(world.wholesaler),))
    assert await _who_sees(world, draft) == {world.maker, world.wholesaler}
    await world.agreed(draft)
    await world.published(draft)
    assert await _who_sees(world, draft) == {world.maker, world.wholesaler, world.shop}


async def _who_sees(world: World, campaign: Campaign) -> set[PartnerId]:
    seeing = set()
    for viewer in (world.shop, world.maker, world.wholesaler):
        async with world.database.session(Sight.partner(viewer)) as session:
            if await queries.versions_of(ReadSession(session), campaign.campaign_id):
                seeing.add(viewer)
    return seeing


async def test_nobody_else_writes_a_campaign(world: World) -> None:
    live = await world.live(RULE, sponsors=(Sponsor(world.maker),))
    for viewer in (world.maker, world.wholesaler):
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with acting(world.database, Sight.partner(viewer)) as session:
                await managing.LIFE.write(session, world.shop, new_id(), managing._columns(live.terms), now=NOW)
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with acting(world.database, Sight.partner(world.maker)) as session:
            await session.execute(text("UPDATE campaign SET state = 'ENDED', live_until = now()"))


async def test_agreements_are_seen_by_sponsor_and_owner(world: World) -> None:
    await world.live(RULE, sponsors=(Sponsor(world.maker),))
    seen = {}
    for viewer in (world.shop, world.maker, world.wholesaler):
        async with world.database.session(Sight.partner(viewer)) as session:
            seen[viewer] = list(await session.scalars(select(col(CampaignAgreement.partner_id))))
    assert seen == {world.shop: [world.maker], world.maker: [world.maker], world.wholesaler: []}


async def test_campaigns_are_listed_by_whom_they_concern(world: World) -> None:
    mine = [await world.drafted(RULE) for _ in range(3)]
    funded = await world.live(RULE, sponsors=(Sponsor(world.maker),))
    async with world.database.session(Sight.partner(world.shop)) as session:
        first = await queries.campaigns_of(ReadSession(session), world.shop, PageRequest(first=3))
        rest = await queries.campaigns_of(ReadSession(session), world.shop, PageRequest(first=3, after=first.keys[-1]))
        assert {one.campaign_id for one in first.items + rest.items} == {one.campaign_id for one in (*mine, funded)}
        live = await queries.campaigns_of(ReadSession(session), world.shop, PageRequest(), states=[CampaignState.LIVE])
        assert [one.campaign_id for one in live.items] == [funded.campaign_id]
        by_keys = await queries.campaigns_by_keys(ReadSession(session), [(CampaignId(new_id()), 1), funded.key])
        assert by_keys == [None, funded]
    async with world.database.session(Sight.partner(world.maker)) as session:
        theirs = await queries.campaigns_of(ReadSession(session), world.maker, PageRequest())
        assert [one.campaign_id for one in theirs.items] == [funded.campaign_id]
    async with world.database.session(COALITION) as session:
        everybodys = await queries.campaigns_of(ReadSession(session), None, PageRequest())
        assert {one.campaign_id for one in everybodys.items} == {one.campaign_id for one in (*mine, funded)}


async def test_a_row_is_what_the_model_says(world: World, owner: asyncpg.Connection) -> None:
    await world.drafted(RULE)
    [stored] = await owner.fetch("SELECT * FROM campaign")
    assert set(stored.keys()) == set(CampaignRow.model_fields)
