"""The contract is described by docstrings: of classes, of resolvers, and beneath attributes and enum members."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
)
from strawberry.types.field import StrawberryField

from schema.inside import field_of, origin_of

INPUT = "What to do; its fields say the rest."


def describe(schema: GraphQLSchema) -> None:
    """Give every type, field and enum value that has no description the words of its docstring."""
    for kind in schema.type_map.values():
        origin = origin_of(kind)
        if origin is None:
            continue
        kind.description = kind.description or _documented(origin)
        if isinstance(kind, GraphQLEnumType):
            _describe_values(kind, origin)
        else:
            _describe_fields(kind, origin)


def undescribed(schema: GraphQLSchema) -> list[str]:
    """What of the contract has no description: types, fields, arguments, enum values, directives."""
    kinds = [kind for kind in schema.type_map.values() if not _is_standard(kind)]
    parts = [(kind.name, kind) for kind in kinds] + [part for kind in kinds for part in _parts(kind)]
    parts += [(f"@{one.name}", one) for one in schema.directives if not is_specified_directive(one)]
    return [name for name, part in parts if not part.description]


def _parts(kind: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    if isinstance(kind, GraphQLEnumType):
        yield from ((f"{kind.name}.{name}", value) for name, value in kind.values.items())
    if isinstance(kind, GraphQLInputObjectType):
        yield from ((f"{kind.name}.{name}", field) for name, field in kind.fields.items())
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field
            yield from ((f"{kind.name}.{name}({key})", argument) for key, argument in field.args.items())


def _is_standard(kind: GraphQLNamedType) -> bool:
    return is_introspection_type(kind) or is_specified_scalar_type(kind)


def _describe_fields(kind: Any, origin: type) -> None:
    for field in kind.fields.values():
        definition = field_of(field)
        if definition is not None and field.description is None:
            field.description = _of_field(definition, origin)
        if isinstance(field, GraphQLField):
            _describe_input(field.args)


def _describe_input(arguments: dict[str, GraphQLArgument]) -> None:
    """A mutation's one argument needs no words of its own."""
    only = arguments.get("input")
    if only is not None and only.description is None:
        only.description = INPUT


def _of_field(definition: StrawberryField, origin: type) -> str | None:
    if definition.base_resolver is not None:
        return _cleaned(definition.base_resolver.wrapped_func.__doc__)
    return _beneath(origin).get(definition.python_name)


def _describe_values(kind: GraphQLEnumType, origin: type) -> None:
    words = _beneath(origin)
    for name, value in kind.values.items():
        member = getattr(origin, name, None)
        value.description = value.description or getattr(member, "description", None) or words.get(name)


def _documented(origin: type) -> str | None:
    """A class's own docstring; a dataclass without one gets its signature, which describes nothing."""
    text = origin.__doc__
    return None if text is None or text.startswith(f"{origin.__name__}(") else _cleaned(text)


def _cleaned(text: str | None) -> str | None:
    """A docstring for callers: what it raises is a matter of our own floors."""
    return inspect.cleandoc(text).partition("\n\nRaises:")[0].strip() if text else None


def _beneath(origin: type) -> dict[str, str]:
    """The docstrings beneath the attributes of a class and of those it inherits from."""
    found: dict[str, str] = {}
    for base in reversed(origin.__mro__):
        found |= _of_module(base.__module__).get(base.__qualname__, {})
    return found


@cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    """The docstrings beneath attributes of all top-level classes of one of our modules."""
    module = sys.modules.get(name)
    if module is None or name.partition(".")[0] not in {"domain", "partners", "resolvers", "schema", "tests"}:
        return {}
    tree = ast.parse(inspect.getsource(module))
    return {node.name: _of_class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _of_class(tree: ast.ClassDef) -> dict[str, str]:
    found = {}
    for statement, after in zip(tree.body, tree.body[1:], strict=False):
        text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else None
        target = _target(statement)
        if target is not None and isinstance(text, str):
            found[target] = inspect.cleandoc(text)
    return found


def _target(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return None
