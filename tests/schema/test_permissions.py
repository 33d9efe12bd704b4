"""Every root field says whom it is for, in the SDL and in fact."""

from __future__ import annotations

from dataclasses import replace

import pytest

from partners.scopes import Scope
from partners.viewer import NOBODY
from schema.execution import Request
from schema.permissions import MissingRuleError, Needs, Public, needs, rules_of
from schema.root import build, product
from tests.builders.graphql import ALPHA, Bare, Both, context, engine, lab


def test_a_root_field_without_a_rule_stops_the_build() -> None:
    with pytest.raises(MissingRuleError, match=r"Bare\.secret"):
        build(Bare)


def test_every_root_field_of_the_product_has_a_rule() -> None:
    rules = rules_of(product()._schema)
    assert rules
    assert all(isinstance(rule, Needs | Public) for rule in rules.values())


def test_the_contract_prints_the_rule_it_enforces() -> None:
    printed = build(Both).as_str()
    assert 'guarded: String! @requiresScopes(scopes: [["audit:read", "risk:review"], ["partners:manage"]])' in printed
    assert "open: String! @public" in printed
    assert "directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION" in printed


def test_a_rule_is_printed_once_however_many_schemas_a_field_is_part_of() -> None:
    assert build(Both).as_str() == build(Both).as_str()


@pytest.mark.parametrize(
    ("scopes", "opens"),
    [
        ({Scope.AUDIT_READ}, False),
        ({Scope.RISK_REVIEW, Scope.PURCHASES_READ}, False),
        ({Scope.AUDIT_READ, Scope.RISK_REVIEW}, True),
        ({Scope.PARTNERS_MANAGE}, True),
        (set(), False),
    ],
)
async def test_scopes_of_one_list_are_needed_together_and_one_list_is_enough(scopes: set[Scope], opens: bool) -> None:  # noqa: FBT001
    viewer = replace(ALPHA, scopes=frozenset(scopes))
    result = await build(Both).execute("{guarded}", context_value=context(viewer))
    assert (result.errors is None) is opens


async def test_a_missing_scope_is_named() -> None:
    viewer = replace(ALPHA, scopes=frozenset())
    ready = engine().ready(
        Request('mutation{crateLift(input:{idempotencyKey:"0123456789abcdef",crateWeight:1}){lifted}}'), viewer
    )
    answer = await engine().answer(ready, context(viewer), request_id="r")
    [error] = answer.body["errors"]
    assert error["extensions"] == {"code": "FORBIDDEN", "requiredScopes": [["purchases:write"]]}
    assert answer.body["data"] is None


async def test_a_subscription_needs_its_scopes_as_well() -> None:
    assert not rules_of(lab._schema)["LabSubscription.forever"].permits(NOBODY)
    viewer = replace(ALPHA, scopes=frozenset())
    ready = engine().ready(Request("subscription{forever}"), viewer)
    [answer] = [answer async for answer in engine().stream(ready, context(viewer, snapshots=False), request_id="r")]
    assert answer.body["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_rule_needs_at_least_one_scope() -> None:
    with pytest.raises(TypeError):
        needs()
