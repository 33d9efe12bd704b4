"""How much one document may ask, and the marks by which a field says what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import strawberry
from strawberry.schema_directive import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on a document; fragments count as often as they are spread."""

    characters: int = 20_000
    tokens: int = 1_500
    depth: int = 12
    nesting: int = 48
    """Selection sets within selection sets, counting fragments, which `depth` does not."""
    fields: int = 1_000
    root_fields: int = 10
    aliases: int = 30
    directives_a_node: int = 4
    duplicates: int = 5
    operations: int = 5
    cost: int = 1_000
    page: int = 100
    default_page: int = 20
    plain_list: int = 5
    """How many things a list without pages is taken to hold, unless its field says otherwise."""
    mutation: int = 10
    """What a mutation costs, unless its field says otherwise."""
    introspection: int = 500


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION],
    description="What this field adds to the cost of an operation, where it is not the usual.",
)
class Cost:
    """Put among the `directives` of a field that is dearer, or whose plain list is longer, than the usual."""

    weight: int | None = strawberry.directive_field(name="weight", default=None)
    size: int | None = strawberry.directive_field(name="size", default=None)


@strawberry.schema_directive(
    name="once",
    locations=[Location.FIELD_DEFINITION],
    description="May stand only once in an operation, since its input could be guessed.",
)
class Once:
    """Put among the `directives` of mutations that take a code, a sign-in or an approval."""
