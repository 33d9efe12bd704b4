"""A storefront with a member's grant does what that member allowed, for that member, and nothing else at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from domain.errors import InvalidValue
from domain.ids import OutletId
from partners.clients.registering import CreateClient
from partners.scopes import PURPOSE_OF_SCOPE, Scope
from partners.viewer import Viewer
from schema.inside import core_of
from schema.permissions import Needs, rules_of
from schema.root import product
from tests.isolation.asking import Asking, Told
from tests.isolation.names import names_of, sealed_for
from tests.isolation.operations import EXAMPLES
from tests.isolation.spying import contents
from tests.isolation.viewers import as_partner, on_behalf
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = {
    *("Query.me", "Query.redemption", "Subscription.myWalletChanged"),
    *(f"Mutation.redemption{step}" for step in ("Make", "Authorize", "Capture", "Void", "Reverse")),
    *("Query.rewardQuote", "Query.myRewards", "Query.myRewardGiving", "Mutation.rewardRedeem"),
    *("Query.voucherCheck", "Query.voucherUseMade", "Query.myVouchers", "Mutation.myCertificateChoose"),
    *("Mutation.voucherUse", "Mutation.voucherReverse"),
    *("Mutation.codeCheck", "Mutation.codeEnter", "Mutation.myCodeCheck", "Mutation.myCodeEnter"),
}
"""All that a member's grant opens, beside what is for everybody."""

PARTNERS_OWN = {"Query.events", "Subscription.events", "Query.rewardFulfilments"}
"""Opened by the same scopes, and answered to a partner's own tokens only."""

DONE_BY_THEMSELVES = {"Mutation.rewardFulfil", "Mutation.myRewardRedeem", "Mutation.businessRewardRedeem"}
"""Opened by the same scopes, and done by a partner's own tokens, or by the member at home."""


async def ask(world: World, viewer: Viewer, field: str, variables: Mapping[str, Any] | None = None) -> Told:
    return await Asking(world.database).ask(viewer, field, variables or {})


def key_of(what: str) -> str:
    """An idempotency key."""
    return what.replace(" ", "-").rjust(16, "-")


async def spend(world: World, viewer: Viewer, key: str, member: dict[str, str] | None) -> Any:
    """What a storefront is told when it spends a point, of the member it names."""
    said = {"idempotencyKey": key_of(key), "points": "1"} | ({"member": member} if member is not None else {})
    told = await ask(world, viewer, "Mutation.redemptionMake", {"input": said})
    return told.body["data"]["redemptionMake"]


async def test_a_grant_opens_a_members_affairs_and_no_other_field(world: World) -> None:
    granted = frozenset(PURPOSE_OF_SCOPE)
    rules = rules_of(core_of(product()))
    opened = {
        name
        for name, rule in rules.items()
        if isinstance(rule, Needs) and any(every <= granted for every in rule.any_of)
    }
    assert opened == OPENED | PARTNERS_OWN | DONE_BY_THEMSELVES
    for name in PARTNERS_OWN:
        assert (await ask(world, on_behalf(world.amber), name, {"first": 5})).codes == {"WRONG_AUDIENCE"}
    viewer = on_behalf(world.amber)
    names = names_of(world.amber, world, viewer)
    for example in EXAMPLES:
        if example.field in DONE_BY_THEMSELVES:
            said = example.variables(names, names, run="on behalf")
            assert "WRONG_AUDIENCE" in (await ask(world, viewer, example.field, said)).text, example


async def test_the_member_is_known_by_the_partners_own_id_as_by_its_card(world: World) -> None:
    side = world.amber
    by_card = await ask(world, as_partner(side.partner_id), "Query.member", {"ref": {"cardNumber": side.card}})
    me = await ask(world, on_behalf(side), "Query.me")
    assert me.codes <= {"FORBIDDEN"}
    assert me.body["data"]["me"]["id"] == by_card.body["data"]["member"]["id"]
    found = await ask(world, on_behalf(side), "Query.node", {"id": me.body["data"]["me"]["id"]})
    assert found.body["data"]["node"]["id"] == me.body["data"]["me"]["id"]


async def test_what_is_shown_of_the_wallet_is_what_the_partner_may_see(world: World) -> None:
    told = (await ask(world, on_behalf(world.amber), "Query.me")).body["data"]["me"]
    shown = told["walletShown"]
    assert shown == told["wallet"]
    assert shown["activity"]["nodes"]
    assert {one["partner"]["slug"] for one in shown["activity"]["nodes"]} == {"amber"}
    assert {one["sponsor"]["slug"] for one in shown["fundedBy"]} == {"amber"}
    assert {one["purpose"] for one in told["consents"]} == {"BALANCE", "HISTORY", "REDEMPTION", "CODES", "OFFERS"}


async def test_the_wallet_is_followed_live(world: World) -> None:
    told = await ask(world, on_behalf(world.amber), "Subscription.myWalletChanged")
    me = await ask(world, on_behalf(world.amber), "Query.me")
    assert told.body["data"]["myWalletChanged"]["version"] == me.body["data"]["me"]["wallet"]["version"]


@pytest.mark.parametrize("how", ["not at all", "by id", "by card", "by number"])
async def test_points_are_spent_for_the_member_named_rightly_or_not_at_all(world: World, how: str) -> None:
    side, viewer = world.amber, on_behalf(world.amber)
    named = {
        "not at all": None,
        "by id": {"id": sealed_for(viewer).encode("Member", side.member.pairwise_id)},
        "by card": {"cardNumber": side.card},
        "by number": {"externalId": side.external_id},
    }[how]
    payload = await spend(world, viewer, f"named {how}", named)
    assert payload["userErrors"] == []
    assert payload["redemption"]["spent"] == "1"
    again = await spend(world, viewer, f"named {how}", None)
    assert (again["userErrors"], again["replayed"]) == ([], True), "however it is named, it is the same request"


@pytest.mark.parametrize("how", ["another member", "the other shop's", "by another's card", "by nobody's card"])
async def test_whoever_else_is_named_is_unknown_and_not_met(world: World, how: str) -> None:
    viewer = on_behalf(world.amber)
    ids = sealed_for(viewer)
    named = {
        "another member": {"id": ids.encode("Member", world.amber.guest.pairwise_id)},
        "the other shop's": {"id": ids.encode("Member", world.birch.member.pairwise_id)},
        "by another's card": {"cardNumber": world.birch.card},
        "by nobody's card": {"cardNumber": "NOBODY 0000"},
    }[how]
    nobody = await spend(world, viewer, "somebody", {"id": "Member_nobody"})
    before = await contents(world.url)
    told = await spend(world, viewer, "somebody", named)
    assert [one["code"] for one in told["userErrors"]] == ["MEMBER_NOT_FOUND"]
    assert told == nobody
    assert await contents(world.url) == before, "no link was made"


async def test_another_members_redemption_is_no_redemption(world: World) -> None:
    side, viewer = world.amber, on_behalf(world.amber)
    guest = sealed_for(viewer).encode("Member", side.guest.pairwise_id)
    said = {"idempotencyKey": key_of("of the guest"), "points": "2", "member": {"id": guest}}
    made = await ask(world, as_partner(side.partner_id), "Mutation.redemptionAuthorize", {"input": said})
    hold = made.body["data"]["redemptionAuthorize"]["redemption"]["id"]
    for step in ("Capture", "Void"):
        told = await ask(
            world, viewer, f"Mutation.redemption{step}", {"input": {"redemption": hold, "idempotencyKey": key_of(step)}}
        )
        assert told.codes == {"HOLD_NOT_FOUND"}
    told = await ask(
        world, viewer, "Mutation.redemptionReverse", {"input": {"redemption": hold, "idempotencyKey": key_of("back")}}
    )
    assert told.codes == {"REDEMPTION_NOT_FOUND"}
    assert (await ask(world, viewer, "Query.redemption", {"id": hold})).body["data"] == {"redemption": None}
    assert (await ask(world, viewer, "Query.node", {"id": hold})).body["data"] == {"node": None}
    own = sealed_for(viewer).encode("Redemption", *side.hold)
    assert (await ask(world, viewer, "Query.redemption", {"id": own})).body["data"]["redemption"]["id"] == own


async def test_a_scope_that_was_not_granted_opens_nothing(world: World) -> None:
    viewer = replace(on_behalf(world.amber), scopes=frozenset({Scope.REDEMPTIONS_WRITE}))
    told = await Asking(world.database).said(viewer, "{ me { wallet { available } } }")
    assert told.codes == {"FORBIDDEN"}
    shown = await Asking(world.database).said(viewer, "{ me { id walletShown { available } consents { purpose } } }")
    assert shown.codes == set()
    assert shown.body["data"]["me"]["walletShown"] is None


async def test_a_grant_shows_nothing_of_what_is_agreed_with_the_partner(world: World) -> None:
    """The token may lie in an app on the member's own telephone."""
    asked = "{ viewer { partner { slug contracts { id } } } }"
    for viewer, shown in ((on_behalf(world.amber), False), (as_partner(world.amber.partner_id), True)):
        told = await Asking(world.database).said(viewer, asked)
        assert told.body["data"]["viewer"]["partner"]["slug"] == "amber"
        assert bool(told.body["data"]["viewer"]["partner"]["contracts"]) == shown


async def test_what_opens_a_grant_opens_no_look_up_by_id_without_one(world: World) -> None:
    member = sealed_for(as_partner(world.amber.partner_id)).encode("Member", world.amber.member.pairwise_id)
    for scope, found in ((Scope.MEMBERS_LOOKUP, True), *((one, False) for one in PURPOSE_OF_SCOPE)):
        viewer = replace(as_partner(world.amber.partner_id), scopes=frozenset({scope}))
        told = await ask(world, viewer, "Query.node", {"id": member})
        assert (told.body["data"]["node"] is not None or "FORBIDDEN" in told.codes) == found, scope


async def test_a_till_acts_for_no_member(world: World) -> None:
    with pytest.raises(InvalidValue, match="till"):
        CreateClient(
            name="Till",
            scopes=frozenset(PURPOSE_OF_SCOPE),
            partner_id=world.amber.partner_id,
            outlet_id=OutletId(world.amber.outlet_id),
            redirect_uris=("https://shop.example/back",),
        )
    viewer = replace(on_behalf(world.amber), outlet_id=OutletId(world.amber.outlet_id))
    assert (await ask(world, viewer, "Query.me")).codes == {"WRONG_AUDIENCE"}
    assert [one["code"] for one in (await spend(world, viewer, "till", None))["userErrors"]] == ["WRONG_AUDIENCE"]


async def test_without_a_grant_a_member_has_to_be_named(world: World) -> None:
    viewer = as_partner(world.amber.partner_id)
    assert (await ask(world, viewer, "Query.me")).codes == {"WRONG_AUDIENCE"}
    told = await spend(world, viewer, "nobody named", None)
    assert [(one["code"], one["path"]) for one in told["userErrors"]] == [("INVALID_VALUE", ["input", "member"])]
