"""`hansa trade-in` and `hansa activity`: what the desk sees of both."""

from __future__ import annotations

import typer

from domain.activities.errors import ActivityNotFound
from domain.storage import Database
from domain.trade_ins.errors import TradeInSchemeNotFound
from hansa.commands.activity import app as activity
from hansa.commands.trade_in import app as trade_in
from tests.domain.activities.hall import BEGINS, Hall
from tests.domain.trade_ins.yard import a_yard
from tests.hansa.test_settling import Desk as SettlingDesk


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(trade_in.app)
Desk.app.add_typer(activity.app)


async def test_the_desk_sees_schemes_activities_and_what_they_cost(database: Database, database_url: str) -> None:
    yard, desk = await a_yard(database), Desk(database_url)
    assert "no trade-in schemes yet" in await desk.shows("trade-in", "list")
    assert "no activities yet" in await desk.shows("activity", "list")
    await yard.live()
    assert "Nothing was handed in" in await desk.shows("trade-in", "report")
    anna = await yard.world.member()
    await yard.hands_in(anna)
    await yard.use(anna, 3990)
    assert "voucher, now" in await desk.shows("trade-in", "list")
    shown = await desk.shows("trade-in", "show", "Old shoes for new")
    assert "2/5" in shown
    assert "12.00" in shown
    told = await desk.says("trade-in", "report", "--since", "2026-11-01", "--until", "2026-12-01")
    assert {one["funder"]: one["amount"] for one in told["costs"]} == {"shop": 480, "maker": 720}
    assert [one["value"] for one in told["taken"]] == [1200]
    assert "4.80" in await desk.shows("trade-in", "report", "--since", "2026-11-01", "--until", "2026-12-01")
    assert "Nothing is due" in await desk.shows("trade-in", "run")
    assert isinstance(await desk.refuses("trade-in", "show", "Hats"), TradeInSchemeNotFound)
    hall = Hall(world=yard.world)
    await hall.live(open=True)
    await hall.pays_for(hall.shop, 10000)
    hall.now = BEGINS
    await hall.comes(anna)
    assert "Cheese night" in await desk.shows("activity", "list")
    assert "3/5" in await desk.shows("activity", "show", "Cheese night")
    went = await desk.says("activity", "report", "Cheese night")
    assert (went["attendees"], went["cost_per_attendee"]) == (1, 10000)
    assert went["transfers"] == [{"debtor": "maker", "creditor": "shop", "amount": 6000}]
    assert "pays" in await desk.shows("activity", "report", "Cheese night")
    assert isinstance(await desk.refuses("activity", "show", "Another"), ActivityNotFound)
