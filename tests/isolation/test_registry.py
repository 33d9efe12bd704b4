"""Every root field of the contract has an example that the tests of isolation run."""

from __future__ import annotations

import pytest
from graphql import parse, validate

from tests.isolation.documents import core, document, root_fields
from tests.isolation.operations import EXAMPLES


def test_every_root_field_has_an_example() -> None:
    assert {example.field for example in EXAMPLES} == set(root_fields()), "write one: tests/isolation/operations.py"


@pytest.mark.parametrize("field", sorted(root_fields()))
def test_every_document_fits_the_schema(field: str) -> None:
    assert validate(core(), parse(document(field))) == []
