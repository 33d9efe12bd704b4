"""The printed contract: described throughout, faithful to the domain, changed on purpose only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import strawberry
from graphql import GraphQLObjectType, get_named_type
from strawberry.types.base import get_object_definition

from domain.events.models import EventKind
from schema import shape
from schema.descriptions import undescribed
from schema.errors import user_errors
from schema.events import TELLING
from schema.root import printed, product
from tests.builders.graphql import lab

GOLDEN = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_everything_in_the_contract_is_described() -> None:
    assert undescribed(product()._schema) == []


def test_what_has_no_description_is_named() -> None:
    assert "LabQuery.echo(text)" in undescribed(lab._schema)
    assert "LabMutation.crateLift(input)" not in undescribed(lab._schema)


def test_the_committed_contract_is_the_one_that_is_served() -> None:
    assert GOLDEN.read_text(encoding="utf-8") == printed(), "write it anew: hansa schema > schema/schema.graphql"


def test_shapes_read_only_what_their_domain_class_has() -> None:
    product()
    assert [name for name in shape.drifted() if not name.startswith("Astray.")] == []


def test_a_shape_that_drifted_is_named() -> None:
    @dataclass
    class Here:
        known: int

    @strawberry.type
    @shape.shows(Here)
    class Astray:
        known: int
        renamed: int

    try:
        assert "Astray.renamed" in shape.drifted()
        assert "Astray.known" not in shape.drifted()
        with pytest.raises(TypeError, match="already"):
            shape.shows(Here)(Bystander)
    finally:
        del shape.SHOWN[Here]
    assert Astray is not None


class Bystander:
    """Any other class."""


def test_every_mutation_takes_one_input_and_answers_with_a_payload_that_can_hold_a_refusal_alone() -> None:
    for schema in (product(), lab):
        mutation = schema._schema.mutation_type
        for name, field in (mutation.fields if mutation else {}).items():
            payload = get_named_type(field.type)
            if name == "codeGuess":
                continue  # the small schema's own
            assert list(field.args) == ["input"], name
            assert isinstance(payload, GraphQLObjectType)
            assert "userErrors" in payload.fields, name
            origin = payload.extensions["strawberry-definition"].origin
            assert origin(user_errors=[]).user_errors == []


def test_every_refusal_is_part_of_the_contract() -> None:
    assert user_errors()
    for kind in user_errors():
        assert get_object_definition(kind, strict=True).name in product()._schema.type_map


def test_every_kind_of_event_has_a_shape() -> None:
    product()
    assert set(TELLING) == set(EventKind)
