"""Says which domain class a GraphQL type shows; a type is a shape, and lists what of the object is public."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from strawberry.types.base import get_object_definition

T = TypeVar("T", bound=type)

SHOWN: dict[type, type] = {}
"""The GraphQL type of each domain class; exactly one."""


def shows(source: type) -> Callable[[T], T]:
    """Put below `@strawberry.type`: objects of this domain class are shown by the decorated type."""

    def declare(shape: T) -> T:
        before = SHOWN.setdefault(source, shape)
        if before is not shape:
            raise TypeError(f"{source.__name__} is already shown as {before.__name__}")

        def is_type_of(_cls: type, value: object, _info: object) -> bool:
            return isinstance(value, (source, shape))

        shape.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined]
        return shape

    return declare


def shape_of(value: object) -> str | None:
    """The GraphQL name of the type that shows an object."""
    definition = get_object_definition(SHOWN.get(type(value), type(value)))
    return definition.name if definition is not None else None


def drifted() -> list[str]:
    """The fields of shapes that read an attribute their domain class does not have, such as one that was renamed."""
    return [f"{shape.__name__}.{name}" for source, shape in SHOWN.items() for name in _read(shape) - _offered(source)]


def _read(shape: type) -> set[str]:
    """The attributes a shape reads; fields with a resolver read none by their name."""
    definition = get_object_definition(shape, strict=True)
    return {field.python_name for field in definition.fields if field.base_resolver is None}


def _offered(source: type) -> set[str]:
    return set(_attributes(source))


def _attributes(source: Any) -> Iterator[str]:
    if is_dataclass(source):
        yield from (field.name for field in fields(source))
    yield from getattr(source, "model_fields", ())
    yield from dir(source)
