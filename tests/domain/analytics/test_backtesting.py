"""Laws of looks back over purchases in the books."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.analytics import backtesting
from domain.analytics.backtesting import Backtest, Material
from domain.earning.backtest import asking
from domain.earning.backtest.asking import LookBack
from domain.earning.backtest.errors import BacktestNeedsPurchases, BacktestPeriodInvalid, BacktestTooLarge
from domain.earning.backtest.replaying import Replay
from domain.earning.basket import BasketLine
from domain.earning.bounds import Budget, Cap
from domain.earning.commands import RecordPurchase
from domain.earning.matching import LineMatch
from domain.earning.prizes import Prize
from domain.earning.purchases import record_purchases
from domain.earning.rules import Card, CouponRefund, Flat, Multiplier, RatePerUnit, Rule
from domain.earning.stacking import Mode, Stacking
from domain.earning.terms import Campaign, CampaignState, Sponsor
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.ids import CampaignId, OutletId, PartnerId, new_id
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.storage import COALITION, Database, ReadSession, Sight
from domain.values import Money, Rate
from tests.builders.coalition import a_partner, outlet_of
from tests.domain.earning.builders import NOW, line, shared
from tests.domain.earning.world import KEYS, World, a_world, acting

SINCE = NOW - timedelta(days=20)
ONE_A_EURO = RatePerUnit(points=Rate(1))
DOUBLE_MILK = Multiplier(factor=Rate(2), lines=LineMatch(skus=frozenset({"milk"})))
LOTS = """
    SELECT entry_id, campaign_id, campaign_version, sponsor_id, sum(original) AS points FROM lot GROUP BY 1, 2, 3, 4
"""
CARDS = ("CARD0001", "CARD0002", "CARD0003")


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition with three members and a campaign in force."""
    made = await a_world(database)
    for card in CARDS:
        await made.member(card)
    return made


async def bought(world: World, *purchases: RecordPurchase) -> None:
    """Purchases go through the tills."""
    caches = Caches.fresh("EUR", "Europe/Riga")
    answers = await record_purchases(world.database.pool, purchases, caches=caches, lookup_key=KEYS.lookup, now=NOW)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert not refused


def purchase(
    world: World, day: int, *lines: BasketLine, card: str = CARDS[0], at: tuple[PartnerId, OutletId] | None = None
) -> RecordPurchase:
    """A purchase so many days after the time looked at begins."""
    partner, outlet = at or (world.shop, world.outlet)
    return RecordPurchase(
        partner_id=partner,
        outlet_id=outlet,
        member=MemberRef(identifier=Identifier.card(card)),
        idempotency_key=str(new_id()),
        occurred_at=SINCE + timedelta(days=day, hours=3),
        currency="EUR",
        receipt_number=f"R-{day}",
        lines=lines or (line(1, "milk", 1099),),
    )


async def month(world: World) -> None:
    """Three weeks of purchases: 10.99 of milk each day, and wine at the weekend."""
    milk, wine = line(1, "milk", 1099), line(2, "wine", 1500, coupon=50)
    lines = [(milk, wine) if day % 7 == 0 else (milk,) for day in range(15)]
    await bought(world, *(purchase(world, day, *lines[day], card=CARDS[day % 3]) for day in range(15)))


def draft(world: World, rule: Rule, **terms: Any) -> Campaign:
    """Terms that nobody has published."""
    return Campaign(
        campaign_id=CampaignId(new_id()),
        version=1,
        partner_id=world.shop,
        state=CampaignState.DRAFT,
        terms=world.terms(rule, **terms),
    )


def look(campaign: Campaign, owner: PartnerId | None = None, since: datetime = SINCE) -> LookBack:
    """Over three weeks."""
    return LookBack(campaign=campaign, owner=owner, since=since, until=NOW)


async def gathered(world: World, asked: LookBack) -> Material:
    """What is read, as who asks."""
    sight = COALITION if asked.owner is None else Sight.partner(asked.owner)
    async with world.database.session(sight) as session:
        return await backtesting.gather(ReadSession(session), asked, now=NOW)


async def tried(world: World, asked: LookBack) -> backtesting.Result:
    """What a look back comes to."""
    return backtesting.work_out(await gathered(world, asked), await prices(world, asked))


async def prices(world: World, asked: LookBack) -> dict[PartnerId, Decimal]:
    """What points cost now."""
    async with world.database.session(COALITION) as session:
        return await backtesting.prices_of(ReadSession(session), asked.campaign.terms.funders, now=NOW)


async def kept(world: World, asked: LookBack) -> UUID:
    """A look back, written down."""
    costs = await prices(world, asked)
    result = backtesting.work_out(await gathered(world, asked), costs)
    sight = COALITION if asked.owner is None else Sight.partner(asked.owner)
    async with acting(world.database, sight) as session:
        return (await backtesting.keep(session, asked, result, costs, currency="EUR", now=NOW)).backtest_id


async def seen(world: World, campaign: Campaign, sight: Sight) -> tuple[list[Backtest], list[Any]]:
    """What somebody sees of looks back with a campaign."""
    async with world.database.session(sight) as session:
        reading = ReadSession(session)
        whole = await backtesting.backtests_of(reading, campaign.campaign_id)
        return whole, list(await backtesting.shares_of(reading, campaign.campaign_id))


async def test_what_was_live_comes_to_what_the_books_have(world: World, owner: asyncpg.Connection) -> None:
    await world.live(ONE_A_EURO, name="Base")
    await world.live(DOUBLE_MILK, name="Milk", sponsors=shared((world.maker, "3/5"), (world.shop, "2/5")))
    await world.live(Flat(points=40, minimum=2000), name="Forty", stacking=Stacking(mode=Mode.EXCLUSIVE))
    await world.live(CouponRefund(), name="Coupons", sponsors=(Sponsor(world.maker),))
    await month(world)
    material = await gathered(world, look(draft(world, ONE_A_EURO)))
    given = Replay(material.found.history, material.programme.campaigns).given(material.programme.live)
    entries = material.found.entries
    keys = [campaign.key for campaign in given.campaigns]
    points = given.points.select("basket", "campaign", "sponsor", "points").iter_rows()
    # Versions that began before the time looked at are those of the ledger.
    ours = {(UUID(entries[row]), *keys[number], given.sponsors[who]): units for row, number, who, units in points}
    lots = await owner.fetch(LOTS)
    assert ours == {tuple(row)[:4]: row["points"] for row in lots}
    money: Counter[UUID] = Counter()
    for who, units in given.money.select("sponsor", "units").iter_rows():
        money[given.sponsors[who]] += units
    [benefits] = await owner.fetch("SELECT sponsor_id, sum(amount) AS amount FROM benefit GROUP BY 1")
    assert money == {benefits["sponsor_id"]: benefits["amount"] * 100}


async def test_a_draft_says_whom_it_reaches_what_it_gives_and_what_changes(world: World) -> None:
    await world.live(ONE_A_EURO, name="Base")
    await month(world)
    asked = look(draft(world, DOUBLE_MILK, name="Milk", sponsors=shared((world.maker, "3/5"), (world.shop, "2/5"))))
    found = (await tried(world, asked)).findings
    # 15 purchases with 10.99 of milk each: the base rule gives 10 for the milk alone, so 10 more; the maker pays 6.
    assert (found.purchases, found.members, found.rewarded, found.reached) == (15, 3, 15, 3)
    assert (found.lines, found.amount) == (18, 15 * 1099 + 3 * 1500)
    assert found.points == 150
    by_sponsor = {part.partner_id: part for part in found.sponsors}
    assert (by_sponsor[world.maker].points, by_sponsor[world.shop].points) == (90, 60)
    # 12 purchases of 10.99 and 3 of 25.99 under the base rule: 120 + 75.
    assert (by_sponsor[world.shop].points_live, by_sponsor[world.shop].points_with) == (195, 255)
    assert [(one.name, one.points_live, one.points_with) for one in found.changed] == [("Milk", 0, 150)]
    assert found.per_purchase.quantiles == dict.fromkeys((10, 25, 50, 75, 90, 99), 10)
    assert found.per_member.mean == "50.00"
    assert sum(week.points for week in found.weeks) == 150
    assert sum(week.points_live for week in found.weeks) == 195
    assert {one.points for one in found.top} == {10}


async def test_a_next_version_stands_in_for_the_one_before(world: World) -> None:
    live = await world.live(ONE_A_EURO, name="Base")
    await month(world)
    asked = look(
        replace(draft(world, RatePerUnit(points=Rate(2)), name="Two"), campaign_id=live.campaign_id, version=2)
    )
    found = (await tried(world, asked)).findings
    # 21 points for 10.99 and 51 for 25.99, in place of 10 and 25.
    assert found.points == 12 * 21 + 3 * 51
    assert [(part.points_live, part.points_with) for part in found.sponsors] == [(195, 405)]


async def test_a_card_that_was_running_before_counts_on(world: World) -> None:
    await world.live(Card(every=4, prize=Prize(points=100)), name="Card")
    await month(world)
    since = SINCE + timedelta(days=9)
    found = (await tried(world, look(draft(world, ONE_A_EURO), since=since))).findings
    # Each of three members comes five times, three times before: the fourth stamp falls into the time looked at.
    assert [part.points_live for part in found.sponsors] == [300]
    assert found.purchases == 6


async def test_a_cap_for_each_member_cuts(world: World) -> None:
    await month(world)
    asked = look(draft(world, RatePerUnit(points=Rate(1)), caps=(Cap(most=25),)))
    found = (await tried(world, asked)).findings
    assert found.points == 75
    assert found.per_member.quantiles[50] == 25


async def test_a_budget_is_drawn_in_the_order_of_posting_and_the_rest_is_cut(world: World) -> None:
    await month(world)
    asked = look(draft(world, RatePerUnit(points=Rate(1)), budget=Budget(points=103)))
    found = (await tried(world, asked)).findings
    assert (found.points, found.cut) == (103, 195 - 103)


async def test_who_stood_back_gives_again_once_the_budget_of_the_other_is_used_up(world: World) -> None:
    await world.live(ONE_A_EURO, name="Base", stacking=Stacking(mode=Mode.BEST, group="one"))
    await month(world)
    best = Stacking(mode=Mode.BEST, group="one")
    rule = RatePerUnit(points=Rate(2))
    asked = look(draft(world, rule, name="Two", stacking=best, budget=Budget(points=51 + 21 + 20)))
    found = (await tried(world, asked)).findings
    # The first three come to 25.99, 10.99 and 10.99: 51 and 21 points, then 20 of 21. Twelve are left to the base.
    assert found.points == 92
    assert [(part.points_live, part.points_with) for part in found.sponsors] == [(195, 92 + 195 - 25 - 10 - 10)]


async def test_a_partner_looks_at_its_own_purchases_alone(world: World, database: Database) -> None:
    rival = await a_partner(database, "rival")
    other = PartnerId(rival.partner_id)
    tills = other, OutletId((await outlet_of(database, rival)).outlet_id)
    await month(world)
    with_rival = draft(world, ONE_A_EURO, partners=frozenset({world.shop, other}))
    await bought(world, *(purchase(world, day, line(1, "amber", 77700), at=tills) for day in range(3)))
    assert (await tried(world, look(with_rival))).findings.purchases == 18
    own = await gathered(world, look(with_rival, world.shop))
    assert own.found.history.baskets.height == 15
    assert own.found.history.partners == [world.shop]
    assert "amber" not in {article.sku for article in own.found.history.articles}


async def test_the_doors_answer_nobody_but_whose_purchases_they_are(world: World) -> None:
    await month(world)
    seen: dict[str, int] = {}
    for name, sight in (
        ("coalition", COALITION),
        ("shop", Sight.partner(world.shop)),
        ("maker", Sight.partner(world.maker)),
    ):
        async with world.database.session(sight) as session:
            connection = (await (await session.connection()).get_raw_connection()).driver_connection
            assert connection is not None
            for whose, owner in (("all", None), ("the shop's", world.shop), ("the maker's", world.maker)):
                count = "SELECT count(*) FROM backtest_purchases($1, $2, $3)"
                seen[f"{name}: {whose}"] = await connection.fetchval(count, owner, SINCE, NOW)
    assert {what: many for what, many in seen.items() if many} == {
        "coalition: all": 15, "coalition: the shop's": 15, "shop: the shop's": 15
    }  # fmt: skip


async def test_what_was_found_is_kept_for_who_asked_and_each_share_for_who_pays_it(world: World) -> None:
    await month(world)
    campaign = await world.drafted(ONE_A_EURO, sponsors=shared((world.maker, "3/5"), (world.shop, "2/5")))
    await kept(world, look(campaign, world.shop))
    [whole], [own] = await seen(world, campaign, Sight.partner(world.shop))
    # 10 points for 10.99: 6 and 4; 25 for 25.99: 15 and 10.
    assert (whole.findings.points, own.points) == (195, 12 * 4 + 3 * 10)
    assert whole.row.fingerprint == campaign.terms.fingerprint()
    costs = {part.partner_id: whole.cost(part) for part in whole.findings.sponsors}
    assert costs[world.maker] is None
    assert own.price is not None
    assert costs[world.shop] == Money((78 * own.price).quantize(Decimal("0.01")), "EUR")
    nothing, [share] = await seen(world, campaign, Sight.partner(world.maker))
    assert (nothing, share.points, share.members) == ([], 117, None)
    assert await seen(world, campaign, Sight.partner(world.wholesaler)) == ([], [])
    [everything], shares = await seen(world, campaign, COALITION)
    assert (everything.findings, len(shares)) == (whole.findings, 2)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"since": NOW, "until": NOW}, "since"),
        ({"since": NOW + timedelta(days=1), "until": NOW + timedelta(days=2)}, "since"),
        ({"since": NOW - timedelta(days=401)}, "until"),
        ({"since": SINCE.replace(tzinfo=None)}, "since"),
    ],
)
async def test_only_a_past_time_of_bearable_length_is_looked_at(
    world: World, parts: dict[str, Any], field: str
) -> None:
    with pytest.raises(BacktestPeriodInvalid) as refused:
        await gathered(world, replace(look(draft(world, ONE_A_EURO)), **parts))
    assert refused.value.path == (field,)


async def test_a_campaign_that_answers_actions_is_refused(world: World) -> None:
    visits = draft(world, Flat(points=5), when=When(triggers=frozenset({"VISIT"})))
    with pytest.raises(BacktestNeedsPurchases):
        await gathered(world, look(visits))


async def test_more_purchases_than_a_server_can_take_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await month(world)
    monkeypatch.setattr(asking, "MOST_PURCHASES", 14)
    with pytest.raises(BacktestTooLarge) as refused:
        await gathered(world, look(draft(world, ONE_A_EURO)))
    assert (refused.value.purchases, refused.value.path) == (15, ("until",))


async def test_without_purchases_there_is_nothing_to_find(world: World) -> None:
    found = (await tried(world, look(draft(world, ONE_A_EURO)))).findings
    assert (found.purchases, found.points, found.weeks, found.top) == (0, 0, [], [])
    assert found.per_purchase.mean == "0.00"
