"""`hansa business` and `hansa bonus` at the desk: a firm joins, sells on, and its bonus is told, checked and given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typer

from domain.bonuses import managing
from domain.bonuses.errors import InvalidSoldOnReport
from domain.bonuses.terms import Band, BonusPeriod, BonusTerms, Source
from domain.business.errors import BusinessNotFound, InvalidBusiness
from domain.coalition.founding import clock_of
from domain.ids import PartnerId
from domain.storage import Database
from domain.values import Rate
from hansa.commands.bonus import app as bonus
from hansa.commands.business import app as business
from tests.builders.coalition import writing
from tests.builders.ledger import Books, a_ledger
from tests.hansa.test_settling import Desk as SettlingDesk

FIRM = ("--kind", "RETAILER", "--name", "Corner shop", "--registration", "40003003001", "--customer", "C1")


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(business.app)
Desk.app.add_typer(bonus.app)


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A shop and a maker."""
    async with a_ledger(database, database_url) as books:
        yield books


async def scheme(books: Books) -> None:
    """A scheme of the shop's by what firms sell on, live."""
    owner = PartnerId(books.shop.partner_id)
    terms = BonusTerms(
        name="Sold on",
        starts_on=date(2026, 1, 1),
        period=BonusPeriod.MONTH,
        source=Source.SOLD_ON,
        bands=(Band(start=0, rate=Rate("0.01")),),
    )
    async with writing(books.database) as session:
        drawn = await managing.draft(session, owner, terms, now=books.now)
        await managing.publish(session, owner, drawn.scheme_id, now=books.now)


async def test_firms_join_and_report_at_the_desk(books: Books, database_url: str, tmp_path: Path) -> None:
    desk, shop = Desk(database_url), ("--partner", "shop")
    assert "no firms yet" in await desk.shows("business", "list", *shop)
    assert (await desk.says("business", "register", *shop, *FIRM))["state"] == "PENDING"
    assert isinstance(await desk.refuses("business", "approve", "C9", *shop), BusinessNotFound)
    assert isinstance(await desk.refuses("business", "group", "Odd", *shop, "--kind", "ODD"), InvalidBusiness)
    assert (await desk.says("business", "approve", "C1", *shop))["state"] == "ACTIVE"
    made = await desk.says("business", "group", "Retailers", *shop, "--kind", "RETAILER")
    assert made["kinds"] == ["RETAILER"]
    assert "Corner shop" in await desk.shows("business", "list", *shop)
    await scheme(books)
    assert "Sold on" in await desk.shows("bonus", "list")
    clock = await clock_of(books.database.pool)
    assert clock is not None
    day = (clock.at or datetime.now(UTC)).date()
    file = tmp_path / "october.csv"
    rows = (f"C1,A-1,milk,{day},2,12.50,K7", f"C9,A-2,milk,{day},2,12.50,")
    file.write_text("\n".join(("firm,reference,sku,day,quantity,value,customer", *rows)), encoding="utf-8")
    [taken] = await desk.says("bonus", "sold-on", str(file), *shop)
    assert (taken["taken"], [one["row"] for one in taken["refused"]]) == (1, [2])
    assert "row 2: firm" in await desk.shows("bonus", "sold-on", str(file), *shop)
    file.write_text("firm,reference,sku,day,quantity,value\nC1,A-1,milk,yesterday,2,12.50\n", encoding="utf-8")
    refused = await desk.refuses("bonus", "sold-on", str(file), *shop)
    assert isinstance(refused, InvalidSoldOnReport)
    assert "row 1: day is 'yesterday'" in refused.message
    assert "no statements yet" in await desk.shows("bonus", "statements", *shop)
    assert await desk.says("bonus", "check", *shop, "--scheme", "Sold on") == {"checked": 0}
    assert set(await desk.says("bonus", "run")) == {"moved", "drawn_up", "given", "waiting"}
    assert (await desk.says("business", "end", "C1", *shop))["state"] == "ENDED"
