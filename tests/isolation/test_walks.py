"""Cards cannot be walked: who names too many that nobody has is told nothing more, of known ones neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from domain.ids import ClientId, new_id
from partners.limits import Limits
from partners.viewer import Viewer
from resolvers.context import Context
from resolvers.guessing import Guessing, misses
from schema.execution import Request
from tests.builders.graphql import KEYS
from tests.isolation.asking import ENGINE
from tests.isolation.shop import NOW
from tests.isolation.viewers import CLIENT, viewer_in
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALLOWED = 6

FIND = "query($ref: MemberRefInput!) { member(ref: $ref) { id } }"
WAIT = "userErrors { code ... on Throttled { retryAfterSeconds } }"
IDENTIFY = f"mutation($i: MemberIdentifyInput!) {{ memberIdentify(input: $i) {{ {WAIT} }} }}"
ENROL = f"mutation($i: MemberEnrolInput!) {{ memberEnrol(input: $i) {{ {WAIT} }} }}"
REDEEM = f"mutation($i: RedemptionMakeInput!) {{ redemptionMake(input: $i) {{ {WAIT} }} }}"
RECORD = f"mutation($i: PurchaseRecordInput!) {{ purchaseRecord(input: $i) {{ {WAIT} }} }}"
PREVIEW = "query($i: PurchasePreviewInput!) { purchasePreview(basket: $i) { points } }"


class Till:
    """A client, and its count of misses."""

    def __init__(self, world: World, client_id: ClientId | None = None) -> None:
        self.world = world
        seen = viewer_in(CLIENT, world.amber)
        self.viewer = Viewer(
            audience=seen.audience,
            scopes=seen.scopes,
            partner_id=seen.partner_id,
            client_id=client_id or ClientId(new_id()),
        )

    async def ask(self, guessing: Guessing, text: str, **variables: Any) -> dict[str, Any]:
        """What the client is told."""
        context = Context(viewer=self.viewer, database=self.world.database, clock=lambda: NOW, keys=KEYS)
        context.guessing = guessing
        try:
            ready = ENGINE.ready(Request(text, variables), self.viewer)
            return (await ENGINE.answer(ready, context, request_id="walk")).body
        finally:
            await context.close()


def counting() -> Guessing:
    """A fresh count that stands still in time."""
    return Guessing(Limits(), misses(ALLOWED), lambda: 0.0)


def code(body: Mapping[str, Any]) -> str | None:
    """The refusal's code, if it was one."""
    if body.get("errors"):
        return str(body["errors"][0]["extensions"]["code"])
    (answer,) = body["data"].values()
    return str(answer["userErrors"][0]["code"]) if answer and answer.get("userErrors") else None


async def test_after_so_many_unknown_cards_known_ones_are_not_told_either(world: World) -> None:
    till, guessing = Till(world), counting()
    known = {"cardNumber": world.amber.card}
    for turn in range(ALLOWED):
        assert (await till.ask(guessing, FIND, ref={"cardNumber": f"WALK{turn:06}"}))["data"] == {"member": None}
        if turn < ALLOWED - 1:
            assert (await till.ask(guessing, FIND, ref=known))["data"]["member"], "hits cost nothing"
    for ref in (known, {"cardNumber": "WALK999999"}, {"externalId": world.amber.external_id}):
        told = await till.ask(guessing, FIND, ref=ref)
        assert code(told) == "THROTTLED"
        assert told["errors"][0]["extensions"]["retryAfter"] >= 1


async def test_every_way_of_naming_a_card_counts_and_is_refused_alike(world: World) -> None:
    unknown, known = {"cardNumber": "WALK000001"}, {"cardNumber": world.amber.card}
    line = {"number": 1, "sku": "x", "quantity": "1", "amount": "1.00"}

    def basket(ref: Mapping[str, str]) -> dict[str, Any]:
        return {"member": ref, "outletCode": world.amber.outlet_code, "currency": "USD", "lines": [line]}

    def keyed(given: Mapping[str, Any]) -> dict[str, Any]:
        return {**given, "idempotencyKey": new_id().hex}

    ways: dict[str, Callable[[Mapping[str, str]], dict[str, Any]]] = {
        REDEEM: lambda ref: keyed({"member": ref, "points": "1"}),
        RECORD: lambda ref: keyed(basket(ref)),
        PREVIEW: basket,
        IDENTIFY: lambda ref: {"member": ref, "externalId": "walked"},
    }
    for text, given in ways.items():
        till, guessing = Till(world), counting()
        for _ in range(ALLOWED):
            assert code(await till.ask(guessing, text, i=given(unknown))) == "MEMBER_NOT_FOUND", text
        assert code(await till.ask(guessing, text, i=given(known))) == "THROTTLED", text
        assert code(await Till(world).ask(guessing, text, i=given(unknown))) == "MEMBER_NOT_FOUND", "another client's"


async def test_enrolling_with_others_cards_is_a_walk_too(world: World) -> None:
    till, guessing = Till(world), counting()
    for turn in range(ALLOWED + 1):
        told = await till.ask(guessing, ENROL, i={"cardNumber": world.amber.card, "idempotencyKey": new_id().hex})
        assert code(told) == ("ALREADY_MEMBER" if turn < ALLOWED else "THROTTLED")
    (refusal,) = told["data"]["memberEnrol"]["userErrors"]
    assert refusal["retryAfterSeconds"] >= 1
