"""A sponsor sees what it pays for, and nothing else of the basket it was earned in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from domain.approvals.agreements import AgreementKind
from domain.ids import OutletId
from partners.scopes import Scope
from partners.viewer import Viewer
from tests.domain.approvals.drafting import SORTS, Between
from tests.isolation.asking import Asking
from tests.isolation.names import sealed_for
from tests.isolation.shop import NOW
from tests.isolation.spying import traces
from tests.isolation.viewers import as_partner, attackers
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


async def test_a_draft_is_listed_to_whom_it_asks_by_the_scopes_of_its_sort_and_to_nobody_else(either: World) -> None:
    shop = either.amber
    between = Between(either.database, shop.partner_id, either.maker, OutletId(shop.outlet_id), NOW)
    for sort in SORTS.values():
        await sort.drafted(between)
    viewers = {**attackers(either), "birch": as_partner(either.birch.partner_id)}
    for name, viewer in viewers.items():
        assert await _asked(either, viewer) == (set(AgreementKind) if name == "maker" else set()), name
    rewards = {AgreementKind.REWARD, AgreementKind.COUPON}
    for scope, kinds in {
        Scope.REWARDS_WRITE: rewards,
        Scope.CAMPAIGNS_READ: set(AgreementKind) - rewards,
        Scope.CAMPAIGNS_PUBLISH: set(AgreementKind) - rewards,
        Scope.REWARDS_READ: set(),
    }.items():
        assert await _asked(either, _with(viewers["maker"], [scope])) == kinds, scope

    told = await Asking(either.database).said(viewers["maker"], TERMS)
    subjects = {one["kind"]: one["subject"] for one in told.body["data"]["agreements"]}
    node = "query($id: ID!) { node(id: $id) { ... on Reward { stock } ... on Coupon { %s } } }"
    coupon = "lines { categories notSkus makers { slug } } weekdays hours { start end } segmented"
    for kind, shown in {
        "REWARD": {"stock": 30},
        "COUPON": {
            "lines": {"categories": ["DAIRY"], "notSkus": [], "makers": [{"slug": "maker"}]},
            "weekdays": [6],
            "hours": [{"start": "10:00", "end": "18:00"}],
            "segmented": False,
        },
    }.items():
        found = await Asking(either.database).said(viewers["maker"], node % coupon, {"id": subjects[kind]})
        assert found.body["data"] == {"node": shown}


TERMS = "{ agreements { kind subject } }"


def _with(viewer: Viewer, scopes: Iterable[Scope]) -> Viewer:
    return replace(viewer, scopes=frozenset(scopes))


async def _asked(world: World, viewer: Viewer) -> set[AgreementKind]:
    told = await Asking(world.database).said(viewer, "{ agreements { kind } }")
    data = told.body["data"]
    return {AgreementKind(one["kind"]) for one in data["agreements"]} if data else set()
