"""A document for each root field that asks for everything it can lead to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    ast_from_value,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    print_ast,
)

from schema.inside import core_of
from schema.root import product
from tests.isolation.shop import NOW

DEPTH = 8
PAGE = 5
LEFT_OUT = {"edges", "totalCount", "netting"}
"""Edges hold the nodes once more; netting is refused to all but the coalition, and the whole answer with it."""


GIVEN = {"first": str(PAGE), "version": "1", "at": f'"{NOW.isoformat()}"'}
"""What fields below the root are asked with."""


def core() -> GraphQLSchema:
    """The schema of the product."""
    return core_of(product())


def root_fields() -> dict[str, GraphQLField]:
    """Every root field by its full name."""
    roots = (core().query_type, core().mutation_type, core().subscription_type)
    return {f"{root.name}.{name}": field for root in roots if root for name, field in root.fields.items()}


@cache
def document(full_name: str, depth: int = DEPTH) -> str:
    """The document that asks for a root field with all its arguments as variables."""
    root, name = full_name.split(".")
    field = root_fields()[full_name]
    kind = get_named_type(field.type)
    return f"{head(root, field)} {{ {name}{passed(field)} {_selection(kind, depth, ())} }}"


def head(root: str, field: GraphQLField) -> str:
    """The beginning of a document that takes a root field's arguments as variables, with their defaults."""
    declared = ", ".join(f"${name}: {argument.type}{_otherwise(argument)}" for name, argument in field.args.items())
    return f"{root.lower()} Asked{f'({declared})' if declared else ''}"


def passed(field: GraphQLField) -> str:
    """A root field's arguments, from the variables of the same names."""
    return f"({', '.join(f'{name}: ${name}' for name in field.args)})" if field.args else ""


def _otherwise(argument: GraphQLArgument) -> str:
    """The default of an argument, in the words of the schema."""
    if argument.default_value is Undefined:
        return ""
    literal = ast_from_value(argument.default_value, argument.type)
    return f" = {print_ast(literal)}" if literal is not None else ""


def given(field: GraphQLField) -> str:
    """What a field below the root is asked with."""
    said = [f"{name}: {GIVEN[name]}" for name in field.args if name in GIVEN]
    return f"({', '.join(said)})" if said else ""


def _selection(kind: GraphQLNamedType, depth: int, above: tuple[str, ...]) -> str:
    if is_leaf_type(kind):
        return ""
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    parts = ["__typename", *_fields(kind, depth, above)]
    if isinstance(kind, GraphQLInterfaceType):
        for one in core().get_possible_types(kind):
            # Types may have fields of one name and different kinds: each is asked for under a name of its own.
            inner = [f"{one.name}_{part.split('(')[0].split()[0]}: {part}" for part in _fields(one, depth, above)]
            if inner:
                parts.append(f"... on {one.name} {{ {' '.join(inner)} }}")
    return f"{{ {' '.join(parts)} }}"


def _fields(kind: GraphQLObjectType | GraphQLInterfaceType, depth: int, above: tuple[str, ...]) -> Iterator[str]:
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if name in LEFT_OUT:
            continue
        if not is_composite_type(inner):
            yield name
            continue
        # Partners stand nearly everywhere: what they lead to is asked for near the root only.
        too_deep = depth <= 1 or above.count(kind.name) > 1 or (inner.name == "Partner" and "Partner" in above)
        if too_deep or (inner.name in {"OutletConnection", "Contract"} and len(above) > 3):
            continue
        # A line leads to its disputes and a dispute to its line: once round is enough.
        if {kind.name, inner.name} == {"Dispute", "StatementLine"} and len(above) > 2:
            continue
        yield f"{name}{given(field)} {_selection(inner, depth - 1, (*above, kind.name))}"
