"""Each role is refused exactly the fields that their printed rule refuses it, and no other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from partners.viewer import Viewer
from schema.inside import core_of
from schema.permissions import Public, rules_of
from schema.root import product
from tests.isolation.asking import Asking, Told
from tests.isolation.documents import root_fields
from tests.isolation.names import names_of
from tests.isolation.operations import EXAMPLES, Example
from tests.isolation.roles import ANOTHERS, DONE, FORBIDDEN, Column, printed
from tests.isolation.viewers import ROLES, STRANGER, viewer_in
from tests.isolation.world import World
from tests.shape.tree import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = rules_of(core_of(product()))
DOCUMENT = ROOT / "docs" / "roles.md"
SHALLOW = 3
FIRST = {field: next(example for example in EXAMPLES if example.field == field) for field in root_fields()}


@dataclass(frozen=True)
class Measured:
    """What one role was answered: its mark for each field, and where that is not what the rule says."""

    marks: dict[str, str]
    wrong: list[str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def measured(world: World) -> dict[str, Measured]:
    """Every field asked as every role."""
    return {role: await measure(world, role) for role in ROLES}


async def measure(world: World, role: str) -> Measured:
    """Every field asked as one role."""
    viewer, found = viewer_in(role, world.amber), Measured(marks={}, wrong=[])
    for field, example in FIRST.items():
        told = await asked(world, viewer, example, role)
        code = refused(told, field)
        expected = None if RULES[field].permits(viewer) else "UNAUTHENTICATED" if role == STRANGER else "FORBIDDEN"
        if code != expected:
            found.wrong.append(f"{field}: {code} and not {expected}: {told.text[:300]}")
        found.marks[field] = FORBIDDEN if code else ANOTHERS if '"WRONG_AUDIENCE"' in told.text else DONE
    return found


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_refused_exactly_what_the_rules_refuse_it(measured: dict[str, Measured], role: str) -> None:
    assert measured[role].wrong == []


async def test_the_document_says_what_was_found(measured: dict[str, Measured]) -> None:
    marks = {field: {role: measured[role].marks[field] for role in ROLES} for field in root_fields()}
    if os.environ.get("HANSA_WRITE_DOCS"):
        DOCUMENT.write_text(printed(marks), encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == printed(marks), (
        "write it anew: HANSA_WRITE_DOCS=1 pytest tests/isolation/test_roles.py"
    )


async def test_every_role_has_a_column() -> None:
    assert {column.value for column in Column} == set(ROLES)


@pytest.mark.parametrize("field", sorted(name for name, rule in RULES.items() if isinstance(rule, Public)))
async def test_public_fields_tell_a_stranger_nothing_that_is_anybodys_own(world: World, field: str) -> None:
    told = await asked(world, viewer_in(STRANGER, world.amber), FIRST[field], STRANGER, depth=6)
    assert "UNAUTHENTICATED" not in told.codes
    for side in (world.amber, world.birch):
        assert side.word.lower() not in told.text.lower()
        assert not any(figure in told.text for figure in side.figures)


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
