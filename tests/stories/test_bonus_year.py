"""Volume and growth bonuses of a whole year, held against another computation straight from the source: to the cent.

The households of the data are taken as business customers of the shop. The other computation is columns of polars over
the data's own file, and the returns that the replay's seed decides; it knows nothing of our tables, SQL and figuring.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import polars as pl
import pytest
from sqlmodel import col, select

from domain.bonuses import managing, queries
from domain.bonuses.drawing_up import draw_up
from domain.bonuses.queries import Statement
from domain.bonuses.terms import Against, Band, BonusTerms, Growth, Slicing
from domain.business.models import BusinessRow
from domain.coalition.queries import partners as partners_in
from domain.ids import PartnerId
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef, recognise
from domain.paging import PageRequest
from domain.storage import COALITION, Database, Sight, opened
from domain.values import Rate
from hansa.journey import cast, recorded
from hansa.journey.plans import Planner
from hansa.journey.source import journey_for
from hansa.journey.trips import ZONE, midnight
from partners.keys import derive
from tests.builders.served import settings_for
from tests.domain.bonuses.trade import DAY, a_trade, at
from tests.domain.earning.world import acting
from tests.stories.test_replay import needs_data, replayed

LOG = logging.getLogger(__name__)
LEFT_OUT = "FUEL"
VOLUME = ((0, "0.005"), (200_00, "0.01"), (500_00, "0.0175"))
GROWTH = ((5, "0.01"), (25, "0.02"))
LEAST_BASE = 50_00


def by_hand(volume: int, base: int) -> int:
    """The bonus of one firm and quarter in cents: written a second time, in decimals and without fractions."""
    total = Decimal(0)
    edges = [start for start, _ in VOLUME] + [10**15]
    for place, (start, rate) in enumerate(VOLUME):
        slice_of = min(volume, edges[place + 1]) - start
        if slice_of > 0:
            total += slice_of * Decimal(rate)
    if base >= LEAST_BASE:
        for start, rate in reversed(GROWTH):
            if 100 * (volume - base) >= start * base:
                total += volume * Decimal(rate)
                break
    return int(total.to_integral_value(ROUND_FLOOR))


def expected(lines: pl.DataFrame) -> dict[tuple[int, date], tuple[int, int]]:
    """Volume and bonus by firm and quarter, from columns firm, day and cents."""
    quarters = (
        lines.with_columns(starts=pl.col("day").dt.truncate("1q"))
        .group_by("firm", "starts")
        .agg(pl.col("cents").sum())
        .rows()
    )
    volumes = {(firm, starts): cents for firm, starts, cents in quarters}
    found = {}
    for (firm, starts), volume in volumes.items():
        before = (starts - timedelta(days=1)).replace(day=1)
        before = before.replace(month=(before.month - 1) // 3 * 3 + 1)
        found[firm, starts] = (volume, by_hand(volume, volumes.get((firm, before), 0)))
    return found


def scheme(owner: PartnerId, year: int, **changes: object) -> BonusTerms:
    """A scheme of three bands and growth over the quarter before."""
    bands = tuple(Band(start=start, rate=Rate(rate)) for start, rate in VOLUME)
    grown = tuple(Band(start=start, rate=Rate(rate)) for start, rate in GROWTH)
    usual = {
        "name": "The year",
        "starts_on": date(year, 1, 1),
        "partners": frozenset({owner}),
        "bands": bands,
        "slicing": Slicing.MARGINAL,
        "growth": Growth(bands=grown, against=Against.PERIOD_BEFORE, least_base=LEAST_BASE),
        "not_categories": frozenset({LEFT_OUT}),
        "wait_days": 0,
        "by_hand": False,
    }
    return BonusTerms(**{**usual, **changes})  # type: ignore[arg-type]


async def told(
    database: Database, owner: PartnerId, terms: BonusTerms, zone: ZoneInfo, now: datetime, since: datetime
) -> list[Statement]:
    """All statements of a scheme that was live since."""
    async with acting(database, Sight.partner(owner)) as session:
        drawn = await managing.draft(session, owner, terms, now=since)
    async with acting(database, Sight.partner(owner)) as session:
        await managing.publish(session, owner, drawn.scheme_id, now=since)
    await draw_up(database.pool, zone=zone, now=now)
    found: list[Statement] = []
    after: tuple[object, ...] | None = None
    while True:
        async with acting(database, Sight.partner(owner)) as session:
            page = await queries.statements(session, PageRequest(100, after), scheme_id=drawn.scheme_id)
        found += page.items
        if not page.has_next:
            return found
        after = page.keys[-1]


async def test_generated_quarters_are_those_of_another_computation(database: Database) -> None:
    trade = await a_trade(database)
    dice = random.Random(20)
    trade.now = at(date(2026, 1, 1))
    firms = {number: await trade.firm(number) for number in (1, 2, 3)}
    lines = []
    for number in [1, 2, 3] * 9:
        trade.now = at(date(2026, 1, 1) + dice.randrange(181) * DAY, dice.randrange(24))
        quantity, cents = dice.randrange(1, 9), dice.randrange(1, 30_000)
        bought = await trade.buys(number, cents, quantity=str(quantity))
        back = dice.choice([0, 0, dice.randrange(1, quantity + 1)])
        if back:
            await trade.gives_back(bought, str(back))
        lines.append((number, trade.now.date(), cents * (quantity - back) // quantity))
    frame = pl.DataFrame(lines, schema=["firm", "day", "cents"], orient="row")
    terms = scheme(trade.owner, 2026, not_categories=frozenset())
    found = await told(
        database, trade.owner, terms, ZoneInfo("Europe/Riga"), at(date(2026, 7, 1)), at(date(2026, 1, 2))
    )
    numbers = {business: number for number, business in firms.items()}
    ours = {(numbers[one.business_id], one.starts): (int(one.turnover), one.bonus) for one in found}
    theirs = {(number, date(2026, month, 1)): (0, 0) for number in firms for month in (1, 4)} | expected(frame)
    assert ours == theirs
    assert sum(bonus for _, bonus in ours.values()) > 0


def source_lines(home: Path) -> pl.DataFrame:
    """What households paid, line by line, out of the data's own file, less the returns that the seed decides."""
    folder = recorded.available()
    assert folder is not None
    articles = pl.read_parquet(folder / "products.parquet").filter(pl.col("product_category") == LEFT_OUT)
    lines = (
        pl.read_parquet(folder / "transactions.parquet")
        .filter(pl.col("quantity") > 0)
        .with_columns(pl.col("product_id").cast(pl.Int64))
        .join(articles.select(pl.col("product_id").cast(pl.Int64)), on="product_id", how="anti")
        .select(
            firm=pl.col("household_id").cast(pl.Int64),
            day=pl.col("transaction_timestamp")
            .cast(pl.Datetime("us"))
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(str(ZONE))
            .dt.date(),
            cents=(pl.col("sales_value").cast(pl.String).str.to_decimal(scale=2) * 100).cast(pl.Int64),
        )
    )
    back = pl.DataFrame(list(returned(home)), schema=lines.schema, orient="row")
    return pl.concat([lines, back])


def returned(home: Path) -> Iterable[tuple[int, date, int]]:
    """What came back, with a minus, on the day it had been bought."""
    journey = journey_for(home)
    planner = Planner(journey, cast.PLACES, cast.WEIGHTS)
    first, last = journey.days[0], journey.days[-1]
    for number in range((last - first).days + 1):  # goods come back on days without trips too
        for one in planner.returns_on(first + timedelta(days=number)):
            bought = {line.number: line for line in one.trip.lines}
            for line in one.lines:
                was = bought[line.number]
                left = was.amount * int(was.quantity - line.quantity) // int(was.quantity)
                yield one.trip.household, one.trip.at.astimezone(ZONE).date(), left - was.amount


@needs_data
@pytest.mark.slow
async def test_the_bonuses_of_the_replayed_year_are_those_of_another_computation(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("home")
    await replayed(database_url, home, processes=2)
    async with opened(database_url, connections=4) as database:
        keys = derive(settings_for(database_url, home).key())
        async with acting(database, COALITION) as session:
            everybody = (await partners_in(session, PageRequest(first=50))).items
        owner = PartnerId(next(one.partner_id for one in everybody if one.slug == cast.SHOP))
        await households_become_firms(database_url, owner)
        end = midnight(date(2018, 1, 1))
        found = await told(database, owner, scheme(owner, 2017), ZONE, end, cast.OPENING)
        lines = source_lines(home)
        names = await firm_numbers(database, owner, lines["firm"].unique().to_list(), keys.lookups)
    ours = {(names[one.business_id], one.starts): (int(one.turnover), one.bonus) for one in found}
    theirs = expected(lines)
    assert {key: figures for key, figures in ours.items() if figures[0]} == {
        key: figures for key, figures in theirs.items() if figures[0]
    }
    tell(theirs, len(found))


def tell(figures: dict[tuple[int, date], tuple[int, int]], statements: int) -> None:
    """The figures of each quarter, for the report of whoever runs it."""
    for starts in sorted({starts for _, starts in figures}):
        some = [both for (_, quarter), both in figures.items() if quarter == starts]
        turnover, bonus = (Decimal(sum(part)).scaleb(-2) for part in zip(*some, strict=True))
        LOG.info("%s: %d firms, turnover %s, bonus %s", starts, len(some), f"{turnover:,}", f"{bonus:,}")
    LOG.info("%d statements", statements)


async def households_become_firms(url: str, owner: PartnerId) -> None:
    """Every member is taken as a business customer of the shop, since before the year began."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "INSERT INTO business (business_id, wallet_id, member_id, kind, name, registered_by, registered_at)"
            " SELECT gen_random_uuid(), wallet_id, member_id, 'RETAILER', 'A household', $1, $2 FROM member",
            owner,
            datetime(2017, 1, 1, tzinfo=UTC),
        )
        await connection.execute(
            "INSERT INTO business_service (business_id, partner_id, state, registered_at, decided_at)"
            " SELECT business_id, $1, 'ACTIVE', registered_at, registered_at FROM business",
            owner,
        )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def firm_numbers(database: Database, owner: PartnerId, numbers: list[int], key: bytes) -> dict[UUID, int]:
    """Which household each firm is."""
    refs = [MemberRef(identifier=Identifier.card(cast.card_of(number))) for number in numbers]
    known = await recognise(database.pool, refs, owner, key=key, now=datetime(2018, 1, 1, tzinfo=UTC))
    members = {one.member_id: number for one, number in zip(known, numbers, strict=True) if one is not None}
    async with acting(database, COALITION) as session:
        rows = (await session.execute(select(col(BusinessRow.business_id), col(BusinessRow.member_id)))).all()
    return {business: members[member] for business, member in rows if member in members}
