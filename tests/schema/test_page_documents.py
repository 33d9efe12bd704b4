"""What our pages ask of the API is within what one operation may cost, however the pages put it together."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
    visit,
)
from graphql.language import FragmentSpreadNode, Visitor

from schema.guard import Walk
from schema.inside import core_of
from schema.limits import Limits
from schema.root import product

SOURCES = Path(__file__).parents[2] / "frontend-demo" / "src"
OURS_ALONE = "@_unmask"
"""Says how documents are typed, and does not travel."""
WRITTEN = re.compile(r"graphql\(\s*`(.*?)`", re.DOTALL)


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        """Note it."""
        self.names.add(node.name.value)


@cache
def _written() -> tuple[dict[str, OperationDefinitionNode], dict[tuple[str, str], FragmentDefinitionNode]]:
    """Operations by where they stand and what they are called, and fragments by file and name."""
    operations, fragments = {}, {}
    for path in sorted(SOURCES.rglob("*.ts*")):
        for text in WRITTEN.findall(path.read_text(encoding="utf-8")):
            for node in parse(text.replace(OURS_ALONE, ""), no_location=True).definitions:
                where = str(path.relative_to(SOURCES))
                if isinstance(node, OperationDefinitionNode) and node.name:
                    operations[f"{where} {node.name.value}"] = node
                elif isinstance(node, FragmentDefinitionNode):
                    fragments[where, node.name.value] = node
    return operations, fragments


def _whole(name: str) -> DocumentNode:
    """An operation with the fragments it spreads: those of its own file before others of the name."""
    operations, fragments = _written()
    where = name.split(" ", maxsplit=1)[0]
    definitions: dict[str, OperationDefinitionNode | FragmentDefinitionNode] = {"": operations[name]}
    waiting = [operations[name]]
    while waiting:
        spreads = _Spreads()
        visit(waiting.pop(), spreads)
        for wanted in spreads.names - definitions.keys():
            own = fragments.get((where, wanted))
            definitions[wanted] = own or next(node for (_, known), node in fragments.items() if known == wanted)
            waiting.append(definitions[wanted])  # type: ignore[arg-type]
    return DocumentNode(definitions=tuple(definitions.values()))


@cache
def _contract() -> GraphQLSchema:
    return core_of(product())


def _cost(name: str) -> int:
    document, limits = _whole(name), Limits()
    walk = Walk(document, _contract(), limits)
    [operation] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return walk.operation(operation).price.of({}, limits.page)


@pytest.mark.parametrize("name", sorted(_written()[0]))
def test_no_document_of_a_page_asks_more_than_one_may(name: str) -> None:
    assert _cost(name) <= Limits().cost


@pytest.mark.parametrize("name", sorted(_written()[0]))
def test_no_document_of_a_page_asks_what_the_contract_does_not_tell(name: str) -> None:
    assert validate(_contract(), _whole(name)) == []
