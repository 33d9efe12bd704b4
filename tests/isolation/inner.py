"""Fields below the root that may refuse or show less: those with a rule of their own, and those that go and look."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
)

from schema.inside import field_of
from schema.permissions import Rule, rule_of
from tests.isolation.asking import Told
from tests.isolation.documents import core, given, head, passed, root_fields

KNOWN_TO_ALL = {"Partner", "Outlet", "TierProgramme", "RewardDrawn"}
"""What leads to these refuses nobody: who takes part is public, what tiers promise, and how draws stand."""
FIGURES = {
    *("CharityGiving.given", "CharityGiving.matched", "MyInvitation.least"),
    *("RewardWorth.amount", "RewardWorth.gift", "RewardWorth.most"),
    *("TierProgress.count", "TierProgress.money", "TierProgress.next"),
    *("TierProgress.missingCount", "TierProgress.missingMoney"),
    *("Claim.value", "ClaimTermsShown.secondFrom", "MyClaim.value", "SaleSums.value"),
    *("ActivityBought.money", "ActivityReport.costPerAttendee", "ActivityTransfer.money", "TradeInCost.money"),
    *("BonusCorrection.now", "BonusCorrection.was", "BonusPurchase.value", "BonusSchemeTerms.most"),
}
"""These look for nothing but the coalition's currency, to put what their parent has into words."""
ELSEWHERE = {
    "Approval.askedBy": "tests/domain/approvals/test_waiting.py",
    "Approval.cycle": "tests/domain/approvals/test_waiting.py",
    "Found.cycle": "tests/resolvers/test_finding.py",
    "BonusStatement.purchases": "tests/stories/test_bonuses.py",
    "Case.purchase": "tests/stories/test_service.py",
    "MyBusiness.activity": "tests/stories/test_bonuses.py",
    "Trial.draw": "tests/stories/test_tasting.py",
    "Claim.objection": "tests/stories/test_selling.py",
    "MyClaim.objection": "tests/stories/test_selling.py",
    "StaffReward.seller": "tests/stories/test_selling.py",
    "CodeBatch.members": "tests/stories/test_codes.py",
    "CodeFound.survey": "tests/stories/test_codes.py",
    "CodeSurveyWanted.survey": "tests/stories/test_codes.py",
    "MyReferral.asFriend": "tests/stories/test_referral.py",
    "ReferralQualified.referral": "tests/stories/test_referral.py",
}
"""What nobody in this world has come to, and where it is asked instead."""
LONGEST = 6
ROOTS = 30
ROOT_ORDER = ("Query", "Subscription", "Mutation")

Kind = GraphQLObjectType | GraphQLInterfaceType
SHOWN, HIDDEN, LACKING, WITHOUT_CONSENT, UNREACHED = "●", "-", "F", "C", " "
REFUSALS = {"FORBIDDEN": LACKING, "CONSENT_MISSING": WITHOUT_CONSENT}


@dataclass(frozen=True)
class Way:
    """From a root field down to a type: the fields to ask for, and for interfaces the type that is meant."""

    root: str
    steps: tuple[str, ...] = ()

    @property
    def operation(self) -> str:
        """Query, Mutation or Subscription."""
        return self.root.split(".")[0]

    def document(self, field: str, kind: GraphQLField) -> str:
        """Asks for one field at the end of the way, and nothing else."""
        operation, name = self.root.split(".")
        root = root_fields()[self.root]
        asked = f"inner: {field}{given(kind)} {_least(kind)}"
        for step in reversed(self.steps):
            asked = f"{step} {{ {asked} }}"
        return f"{head(operation, root)} {{ {name}{passed(root)} {{ {asked} }} }}"


@dataclass(frozen=True)
class Inner:
    """A field below the root, and the ways to it, the shortest first."""

    name: str
    field: GraphQLField
    rule: Rule | None
    ways: tuple[Way, ...]

    def documents(self) -> Iterator[tuple[str, str]]:
        """Each root field that leads there, with the document to ask."""
        for way in self.ways:
            yield way.root, way.document(self.name.split(".")[1], self.field)


@cache
def inner_fields() -> Mapping[str, Inner]:
    """All of them by name, such as Member.wallet; of fields that an interface has, the interface's."""
    found = {}
    for kind in core().type_map.values():
        if not isinstance(kind, Kind) or kind.name.startswith("__") or kind.name in ROOT_ORDER:
            continue
        inherited = {name for above in kind.interfaces for name in above.fields}
        for name, field in kind.fields.items():
            known = f"{kind.name}.{name}" in FIGURES | ELSEWHERE.keys()
            if name not in inherited and not known and may_refuse(name, field):
                ways = tuple(_ways_to(kind))
                found[f"{kind.name}.{name}"] = Inner(f"{kind.name}.{name}", field, rule_of(field), ways)
    return found


def may_refuse(name: str, field: GraphQLField) -> bool:
    """Whether it has a rule, or goes and looks for what is not known to all."""
    if rule_of(field) is not None:
        return True
    definition = field_of(field)
    resolver = definition.base_resolver if definition is not None else None
    looks = resolver is not None and inspect.iscoroutinefunction(resolver.wrapped_func)
    return (
        looks
        and name != "totalCount"
        and get_named_type(field.type).name.removesuffix("Connection") not in KNOWN_TO_ALL
    )


def mark_of(told: Told) -> str:
    """What became of the field that was asked for: shown, null or empty, refused, or not reached."""
    refusals = {
        REFUSALS.get(error["code"], error["code"])
        for error in told.refusals
        if (error.get("path") or [""])[-1] == "inner"
    }
    found = list(_found(told.body.get("data")))
    if any(_says(value) for value in found):
        return SHOWN
    return min(refusals) if refusals else HIDDEN if found else UNREACHED


def _found(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _found(one)
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name == "inner":
                yield one
            else:
                yield from _found(one)


def _says(value: Any) -> bool:
    return bool(value["nodes"]) if isinstance(value, Mapping) and "nodes" in value else value not in (None, [], "")


def _ways_to(target: Kind) -> list[Way]:
    ways = []
    for root, field in root_fields().items():
        start = get_named_type(field.type)
        if isinstance(start, Kind) and start.name != "Node":
            ways += [Way(root, steps) for steps in _steps(start, target)]
    reading = [way for way in ways if not way.root.startswith("Mutation.")]
    return sorted(reading or ways, key=lambda way: (len(way.steps), ROOT_ORDER.index(way.operation), way.root))[:ROOTS]


def _steps(start: Kind, target: Kind) -> Iterator[tuple[str, ...]]:
    """The shortest way from one type to another, by each of the fields that lead there."""
    if start.name == target.name:
        yield ()
    seen, ahead = {start.name}, deque[tuple[Kind, tuple[str, ...]]]([(start, ())])
    while ahead:
        kind, steps = ahead.popleft()
        for step, following in _next(kind):
            if following.name == target.name and kind.name != target.name:
                yield (*steps, step)
            elif following.name not in seen and len(steps) < LONGEST - 1:
                seen.add(following.name)
                ahead.append((following, (*steps, step)))


@cache
def _next(kind: Kind) -> tuple[tuple[str, Kind], ...]:
    following: list[tuple[str, Kind]] = []
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if isinstance(below, Kind) and name != "edges":
            following.append((f"{name}{given(field)}", below))
    if isinstance(kind, GraphQLInterfaceType):
        made = core().get_implementations(kind)
        following += [(f"... on {one.name}", one) for one in made.interfaces]
        following += [(f"... on {one.name}", one) for one in made.objects]
    return tuple(following)


def _least(field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    if not is_composite_type(kind):
        return ""
    return "{ nodes { __typename } }" if kind.name.endswith("Connection") else "{ __typename }"
