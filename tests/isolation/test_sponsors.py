"""A sponsor sees what it pays for, and nothing else of the basket it was earned in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.isolation.asking import Asking
from tests.isolation.names import sealed_for
from tests.isolation.spying import traces
from tests.isolation.viewers import as_partner
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_maker_sees_the_points_it_funds_at_each_shop_and_no_basket(either: World) -> None:
    viewer = as_partner(either.maker)
    cycle = sealed_for(viewer).encode("Cycle", either.settled)
    told = await Asking(either.database).ask(viewer, "Query.statement", {"cycle": cycle})
    lines: list[dict[str, Any]] = told.body["data"]["statement"]["lines"]["nodes"]
    moved = [transfer for line in lines for transfer in line["transfers"]["nodes"] if transfer["kind"] == "ACCRUE"]
    assert {transfer["points"] for transfer in moved} == {"50"}
    assert {transfer["recordedBy"]["slug"] for transfer in moved} == {"amber", "birch"}
    assert {transfer["postedAt"] for transfer in moved} == {None}, "the purchase is the shop's"
    for shop in (either.amber, either.birch):
        assert traces(told.text, viewer, shop) == []


async def test_a_maker_sees_its_articles_in_all_catalogues_and_no_others(either: World) -> None:
    told = await Asking(either.database).ask(as_partner(either.maker), "Query.partnerMadeProducts", {"first": 20})
    assert {one["sku"] for one in told.body["data"]["partnerMadeProducts"]["nodes"]} == {"amber-made", "birch-made"}


async def test_a_shops_statement_is_shown_to_nobody_before_it_is_proposed(either: World) -> None:
    for side in (either.amber, either.birch):
        viewer = as_partner(side.partner_id)
        cycle = sealed_for(viewer).encode("Cycle", either.drafted)
        assert (await Asking(either.database).ask(viewer, "Query.statement", {"cycle": cycle})).body["data"] == {
            "statement": None
        }
        shown = await Asking(either.database).ask(viewer, "Query.cycle", {"id": cycle})
        assert shown.body["data"]["cycle"]["statements"] == []
