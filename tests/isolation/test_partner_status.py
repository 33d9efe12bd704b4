"""What a partner may still do while it is suspended or leaves: one rule, at every field."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from domain.coalition.models import PartnerStatus
from domain.coalition.partners import change_status
from domain.storage import COALITION
from partners.viewer import Viewer
from tests.isolation.asking import Asking, Told
from tests.isolation.conftest import Worlds
from tests.isolation.names import sealed_for
from tests.isolation.shop import acting
from tests.isolation.spying import contents
from tests.isolation.viewers import as_partner, on_behalf
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACTIVE, SUSPENDED, LEAVING = PartnerStatus.ACTIVE, PartnerStatus.SUSPENDED, PartnerStatus.LEAVING
DONE, REFUSED = "done", "PARTNER_NOT_ACTIVE"


@dataclass(frozen=True)
class Deed:
    """Something a partner asks for, and what it is told in each state."""

    field: str
    build: Callable[[World, str], Mapping[str, Any]]
    suspended: str
    leaving: str = DONE


def _id(world: World, kind: str, *keys: Any) -> str:
    return sealed_for(as_partner(world.amber.partner_id)).encode(kind, *keys)


def _card(world: World) -> dict[str, str]:
    return {"cardNumber": world.amber.card}


def _key(key: str) -> dict[str, str]:
    return {"idempotencyKey": key.rjust(16, "-")}


def _basket(world: World) -> dict[str, Any]:
    return {
        "outletCode": world.amber.outlet_code,
        "currency": "USD",
        "lines": [{"sku": "amber-made", "amount": "12.00"}],
        "member": _card(world),
    }


MEETS = {
    "find by card": Deed("Query.member", lambda w, _: {"ref": _card(w)}, REFUSED),
    "find by id": Deed(
        "Query.member", lambda w, _: {"ref": {"id": _id(w, "Member", w.amber.member.pairwise_id)}}, REFUSED
    ),
    "find somebody never met": Deed("Query.member", lambda w, _: {"ref": {"cardNumber": w.birch.card}}, REFUSED),
    "find nobody": Deed("Query.member", lambda _w, _: {"ref": {"cardNumber": "NOBODY0000"}}, REFUSED),
    "identify": Deed(
        "Mutation.memberIdentify", lambda w, key: {"input": {"member": _card(w), "externalId": key}}, REFUSED
    ),
    "write down a consent": Deed(
        "Mutation.memberConsent", lambda w, _: {"input": {"member": _card(w), "purposes": ["BALANCE"]}}, REFUSED
    ),
    "preview for a member": Deed("Query.purchasePreview", lambda w, _: {"basket": _basket(w)}, REFUSED),
    "enrol": Deed(
        "Mutation.memberEnrol", lambda _w, key: {"input": _key(key) | {"cardNumber": f"NEW{key}"}}, REFUSED, REFUSED
    ),
}
TRADES = {
    "record a purchase": Deed(
        "Mutation.purchaseRecord", lambda w, key: {"input": _basket(w) | _key(key)}, REFUSED, REFUSED
    ),
    "record somebody's never met": Deed(
        "Mutation.purchaseRecord",
        lambda w, key: {"input": _basket(w) | _key(key) | {"member": {"cardNumber": w.birch.card}}},
        REFUSED,
        REFUSED,
    ),
    "spend": Deed(
        "Mutation.redemptionMake", lambda w, key: {"input": _key(key) | {"member": _card(w), "points": "1"}}, REFUSED
    ),
    "spend somebody's never met": Deed(
        "Mutation.redemptionMake",
        lambda w, key: {"input": _key(key) | {"member": {"cardNumber": w.birch.card}, "points": "1"}},
        REFUSED,
    ),
    "take a redemption back": Deed(
        "Mutation.redemptionReverse",
        lambda w, key: {"input": _key(key) | {"redemption": _id(w, "Redemption", *w.amber.redemption), "points": "1"}},
        REFUSED,
    ),
    "take goods back": Deed(
        "Mutation.purchaseReturn",
        lambda w, key: {"input": _key(key) | {"purchase": _id(w, "Purchase", *w.amber.purchase)}},
        REFUSED,
    ),
}
READS = {
    "a purchase of its own": Deed("Query.purchase", lambda w, _: {"id": _id(w, "Purchase", *w.amber.purchase)}, DONE),
    "a redemption of its own": Deed(
        "Query.redemption", lambda w, _: {"id": _id(w, "Redemption", *w.amber.redemption)}, DONE
    ),
    "its statement": Deed("Query.statement", lambda w, _: {"cycle": _id(w, "Cycle", w.settled)}, DONE),
    "its campaigns": Deed("Query.partnerCampaigns", lambda _w, _: {"first": 5}, DONE),
    "its articles": Deed("Query.partnerProducts", lambda _w, _: {"first": 5}, DONE),
}
DEEDS = MEETS | TRADES | READS


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[ACTIVE, SUSPENDED, LEAVING])
async def placed(worlds: Worlds, request: pytest.FixtureRequest) -> AsyncIterator[tuple[PartnerStatus, World]]:
    """The shops, one of which is in some state."""
    async with worlds() as world:
        await spent_before(world)
        if request.param is not ACTIVE:
            async with acting(world.database, COALITION) as session:
                await change_status(session, world.amber.partner_id, request.param)
        yield request.param, world


async def told(world: World, viewer: Viewer, deed: Deed, key: str) -> str:
    """The refusal, or that it was done."""
    answer = await Asking(world.database).ask(viewer, deed.field, deed.build(world, key), depth=3)
    inner = {"FORBIDDEN", "CONSENT_MISSING"}  # fields of the answer that have rules of their own
    codes = answer.codes - inner
    return ",".join(sorted(codes)) or DONE


@pytest.mark.parametrize("what", DEEDS)
async def test_a_partner_does_what_its_state_allows(placed: tuple[PartnerStatus, World], what: str) -> None:
    status, world = placed
    deed = DEEDS[what]
    before = await contents(world.url)
    found = await told(world, as_partner(world.amber.partner_id), deed, what.replace(" ", "").replace("'", ""))
    expected = {ACTIVE: DONE, SUSPENDED: deed.suspended, LEAVING: deed.leaving}[status]
    assert found == expected
    if expected == REFUSED:
        assert await contents(world.url) == before, "nobody was met"


async def test_a_member_it_knows_shows_it_nothing_while_it_is_suspended(placed: tuple[PartnerStatus, World]) -> None:
    status, world = placed
    shown = await Asking(world.database).said(on_behalf(world.amber), "{ me { walletShown { available } } }")
    assert (shown.body["data"]["me"]["walletShown"] is None) == (status is SUSPENDED)


async def test_what_was_done_before_is_answered_again(placed: tuple[PartnerStatus, World]) -> None:
    """A till that lost the answer asks once more, whatever has become of the partner since."""
    _, world = placed
    answer = await spent_before(world)
    assert answer.codes <= {"FORBIDDEN"}
    assert answer.body["data"]["redemptionMake"]["replayed"]


async def spent_before(world: World) -> Told:
    """A point that was spent while all was well."""
    said = _key("spent-before") | {"member": _card(world), "points": "1"}
    viewer = as_partner(world.amber.partner_id)
    return await Asking(world.database).ask(viewer, "Mutation.redemptionMake", {"input": said}, depth=3)
