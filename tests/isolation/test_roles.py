"""Each role is refused exactly the fields that their printed rule refuses it, and no other."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from domain.coalition.models import PartnerStatus
from domain.coalition.partners import change_status
from domain.members.recognition import MemberRef, recognise
from domain.storage import COALITION
from partners.viewer import Viewer
from schema.inside import core_of
from schema.permissions import Needs, Public, rules_of
from schema.root import product
from tests.builders.graphql import KEYS
from tests.isolation.asking import Asking, Told
from tests.isolation.conftest import Worlds
from tests.isolation.documents import root_fields
from tests.isolation.inner import HIDDEN, LACKING, SHOWN, UNREACHED, WITHOUT_CONSENT, Inner, inner_fields, mark_of
from tests.isolation.names import names_of, sealed_for
from tests.isolation.operations import EXAMPLES, Example
from tests.isolation.roles import ANOTHERS, DONE, FORBIDDEN, RESTING, Column, printed
from tests.isolation.shop import NOW, acting
from tests.isolation.sides import Side
from tests.isolation.viewers import CLIENT, MEMBER, ROLES, STRANGER, SUSPENDED, WEBHOOK, viewer_in
from tests.isolation.world import World
from tests.shape.tree import ROOT

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    # Where a field that may not be null is refused, graphql-core drops what it has not begun beside it.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

RULES = rules_of(core_of(product()))
DOCUMENT = ROOT / "docs" / "roles.md"
SHALLOW = 3
DEPENDS_ON_CONSENT = {
    *("Member.wallet", "Member.walletShown", "Member.consents"),
    *(f"PurchasePayload.{name}" for name in ("available", "pending", "debt")),
}
NAMING_ONE_MEMBER = {"Query.me", "Query.member", "Mutation.purchaseRecord"}
FIRST = {field: next(example for example in EXAMPLES if example.field == field) for field in root_fields()}


@dataclass(frozen=True)
class Measured:
    """What one role was answered: its mark for each field, at the root and below, and where a rule says otherwise."""

    marks: dict[str, str]
    inner: dict[str, str]
    wrong: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def measured(world: World, worlds: Worlds) -> dict[str, Measured]:
    """Every field asked as every role; those below the root first, since mutations change what there is to see."""
    found = {role: Measured(marks={}, inner={}, wrong=[]) for role in ROLES}
    silent = await a_silent_member(world)
    usual = [role for role in ROLES if role != SUSPENDED]
    for role in usual:
        await measure_inner(world, role, found[role], silent)
    for role in usual:
        await measure(world, role, found[role])
    async with worlds() as resting:
        silent = await a_silent_member(resting)
        async with acting(resting.database, COALITION) as session:
            await change_status(session, resting.amber.partner_id, PartnerStatus.SUSPENDED)
        await measure_inner(resting, SUSPENDED, found[SUSPENDED], silent)
        await measure(resting, SUSPENDED, found[SUSPENDED])
    return found


async def a_silent_member(world: World) -> Side:
    """The shop, with a member in place of its own who has allowed it nothing."""
    viewer = viewer_in(CLIENT, world.amber)
    said = {"input": {"idempotencyKey": "enrolled-in-silence", "cardNumber": "SILENT0001"}}
    told = await Asking(world.database).ask(viewer, "Mutation.memberEnrol", said, depth=2)
    (pairwise_id,) = sealed_for(viewer).decode("Member", told.body["data"]["memberEnrol"]["member"]["id"])
    partner_id = world.amber.partner_id
    ref = MemberRef(pairwise_id=pairwise_id)
    (known,) = await recognise(world.database.pool, [ref], partner_id, key=KEYS.lookups, now=NOW)
    assert known is not None
    return replace(world.amber, member=known)


async def measure_inner(world: World, role: str, found: Measured, silent: Side) -> None:
    """Every field below the root asked as one role."""
    for name, inner in inner_fields().items():
        found.inner[name] = await looked(world, role, inner, world.amber)
        if name in DEPENDS_ON_CONSENT:
            found.inner[f"{name}, no consent"] = await looked(world, role, inner, silent, roots=NAMING_ONE_MEMBER)
    for name, mark in found.inner.items():
        rule = inner_fields()[name.partition(",")[0]].rule
        if isinstance(rule, Needs) and mark != UNREACHED and (mark == LACKING) == rule.permits(viewer_in(role, silent)):
            found.wrong.append(f"{name}: {mark}")


async def looked(world: World, role: str, inner: Inner, side: Side, *, roots: Collection[str] = FIRST.keys()) -> str:
    """What became of a field below the root, on the way that shows most."""
    viewer = viewer_in(role, side)
    names = names_of(side, world, viewer)
    found = set()
    for root, document in inner.documents():
        if root not in roots or not RULES[root].permits(viewer):  # `measure` holds each root to its rule
            continue
        # All of a partner's share one request for each mutation: it is replayed, and shows what it showed.
        variables = FIRST[root].variables(names, names, run=f"of {side.member.member_id}")
        told = await Asking(world.database).said(viewer, document, variables, snapshots=not root.startswith("Subs"))
        found.add(mark_of(told))
        if SHOWN in found:
            break
    return next((mark for mark in (SHOWN, WITHOUT_CONSENT, LACKING, HIDDEN) if mark in found), UNREACHED)


async def measure(world: World, role: str, found: Measured) -> None:
    """Every root field asked as one role."""
    viewer = viewer_in(role, world.amber)
    for field, example in FIRST.items():
        told = await asked(world, viewer, example, role)
        code = refused(told, field)
        expected = None if RULES[field].permits(viewer) else "UNAUTHENTICATED" if role == STRANGER else "FORBIDDEN"
        if code != expected:
            found.wrong.append(f"{field}: {code} and not {expected}: {told.text[:300]}")
        elsewhere = {"WRONG_AUDIENCE": ANOTHERS, "PARTNER_NOT_ACTIVE": RESTING}
        marks = [mark for word, mark in elsewhere.items() if f'"{word}"' in told.text]
        found.marks[field] = FORBIDDEN if code else marks[0] if marks else DONE


@pytest.mark.parametrize("field", sorted(name for name, rule in RULES.items() if isinstance(rule, Public)))
async def test_public_fields_tell_a_stranger_nothing_that_is_anybodys_own(world: World, field: str) -> None:
    """The first of all, since those below publish what was a draft."""
    told = await asked(world, viewer_in(STRANGER, world.amber), FIRST[field], STRANGER, depth=6)
    assert "UNAUTHENTICATED" not in told.codes
    for side in (world.amber, world.birch):
        assert side.word.lower() not in told.text.lower()
        assert not any(figure in told.text for figure in side.figures)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_refused_exactly_what_the_rules_refuse_it(measured: dict[str, Measured], role: str) -> None:
    assert measured[role].wrong == []


async def test_the_document_says_what_was_found(measured: dict[str, Measured]) -> None:
    marks = {field: {role: measured[role].marks[field] for role in ROLES} for field in root_fields()}
    inner = {field: {role: measured[role].inner[field] for role in ROLES} for field in measured[CLIENT].inner}
    text = printed(marks, inner)
    if os.environ.get("HANSA_WRITE_DOCS"):
        DOCUMENT.write_text(text, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == text, (
        "write it anew: HANSA_WRITE_DOCS=1 pytest tests/isolation/test_roles.py"
    )


@pytest.mark.parametrize("field", sorted(inner_fields()))
async def test_a_field_below_the_root_is_shown_to_some_and_not_to_all(
    measured: dict[str, Measured], field: str
) -> None:
    """Else the matrix would not have reached it, or it needs no row."""
    marks = {measured[role].inner[field] for role in ROLES}
    assert SHOWN in marks
    assert marks - {SHOWN}


async def test_without_consent_nobody_but_the_member_is_told_what_it_has(measured: dict[str, Measured]) -> None:
    for name in DEPENDS_ON_CONSENT - {"Member.consents"}:
        shown = {role for role in ROLES if measured[role].inner[f"{name}, no consent"] == SHOWN}
        assert shown <= {MEMBER}, name
    assert measured[CLIENT].inner["Member.wallet, no consent"] == WITHOUT_CONSENT


async def test_a_webhook_is_answered_as_its_client(measured: dict[str, Measured]) -> None:
    assert measured[WEBHOOK] == measured[CLIENT]


async def test_every_role_has_a_column() -> None:
    assert {column.value for column in Column} == set(ROLES)


async def asked(world: World, viewer: Viewer, example: Example, role: str, *, depth: int = SHALLOW) -> Told:
    """What the example is answered, asked with the names of the shop the viewer belongs to."""
    names = names_of(world.amber, world, viewer)
    variables: Mapping[str, Any] = example.variables(names, names, run=role)
    return await Asking(world.database).ask(viewer, example.field, variables, depth=depth)


def refused(told: Told, field: str) -> str | None:
    """By which rule the whole field was refused: FORBIDDEN only ever names scopes."""
    for error in told.refusals:
        if error["code"] == "UNAUTHENTICATED":
            return "UNAUTHENTICATED"
        if error["code"] == "FORBIDDEN":
            assert error.get("requiredScopes"), f"{field}: FORBIDDEN without the scopes that would do"
            if len(error.get("path") or [field]) == 1:
                return "FORBIDDEN"
    return None
