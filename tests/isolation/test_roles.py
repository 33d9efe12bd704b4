"""Each role is refused exactly the fields that their printed rule refuses it, and no other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

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


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, str]]:
    """The marks, as they are found."""
    return {field: {} for field in root_fields()}


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_refused_exactly_what_the_rules_refuse_it(
    world: World, measured: dict[str, dict[str, str]], role: str
) -> None:
    viewer = viewer_in(role, world.amber)
    wrong = []
    for field, example in FIRST.items():
        told = await asked(world, viewer, example, role)
        code = refused(told, field)
        expected = None if RULES[field].permits(viewer) else "UNAUTHENTICATED" if role == STRANGER else "FORBIDDEN"
        if code != expected:
            wrong.append(f"{field}: {code} and not {expected}: {told.text[:300]}")
        measured[field][role] = FORBIDDEN if code else ANOTHERS if '"WRONG_AUDIENCE"' in told.text else DONE
    assert wrong == []


async def test_the_document_says_what_was_found(measured: dict[str, dict[str, str]]) -> None:
    assert all(len(marks) == len(ROLES) for marks in measured.values()), "run all of this module"
    if os.environ.get("HANSA_WRITE_DOCS"):
        DOCUMENT.write_text(printed(measured), encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == printed(measured), (
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
