"""Who may ask for a field: one extension prints the rule in the SDL and enforces it, so the SDL cannot lie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLSchema
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from partners.scopes import Scope
from partners.viewer import Viewer
from resolvers.context import Info
from schema.faults import Fault
from schema.inside import field_of


@strawberry.schema_directive(
    name="requiresScopes",
    locations=[Location.FIELD_DEFINITION],
    description="The access token must hold every scope of at least one of the inner lists.",
)
class RequiresScopes:
    """The rule of a field that needs scopes, in the SDL."""

    scopes: list[list[str]]


@strawberry.schema_directive(
    name="public", locations=[Location.FIELD_DEFINITION], description="Anybody may ask, without an access token."
)
class IsPublic:
    """The rule of a field that needs none, in the SDL."""


class Rule(FieldExtension):
    """Stands on every root field."""

    directive: object

    def permits(self, viewer: Viewer) -> bool:
        """Whether this viewer may ask."""
        raise NotImplementedError

    def apply(self, field: StrawberryField) -> None:
        """Show the rule in the SDL, once, however many schemas the field is part of."""
        if self.directive not in field.directives:
            field.directives.append(self.directive)


class Needs(Rule):
    """Any one of these sets of scopes opens the field."""

    def __init__(self, any_of: Iterable[frozenset[Scope]]) -> None:
        self.any_of = tuple(any_of)
        self.directive = RequiresScopes(scopes=self.listed)

    @property
    def listed(self) -> list[list[str]]:
        """The sets as the SDL and the errors show them."""
        return [sorted(scope.value for scope in every) for every in self.any_of]

    def permits(self, viewer: Viewer) -> bool:
        """Whether the viewer holds one of the sets."""
        return any(every <= viewer.scopes for every in self.any_of)

    def check(self, viewer: Viewer) -> None:
        """Let a viewer with the scopes pass.

        Raises: GraphQLError with FORBIDDEN and the scopes that would do.
        """
        if not self.permits(viewer):
            wanted = " or ".join(" with ".join(every) for every in self.listed)
            raise Fault.FORBIDDEN.error(f"The access token lacks {wanted}.", requiredScopes=self.listed)

    def resolve(self, next_: Callable[..., Any], source: object, info: Info, **kwargs: Any) -> object:
        """The field, for those who may."""
        self.check(info.context.viewer)
        return next_(source, info, **kwargs)

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: object, info: Info, **kwargs: Any
    ) -> object:
        """The field, for those who may; a subscription's stream is handed on as it is."""
        self.check(info.context.viewer)
        result = next_(source, info, **kwargs)
        return result if hasattr(result, "__aiter__") else await result


class Public(Rule):
    """Everybody may."""

    directive = IsPublic()

    def permits(self, viewer: Viewer) -> bool:  # noqa: ARG002  # the rule asks nothing of anybody
        """Everybody may."""
        return True


def needs(*any_of: Scope | tuple[Scope, ...]) -> Needs:
    """The field is for tokens with one of these scopes; scopes in a tuple are all needed together."""
    if not any_of:
        raise TypeError("needs() names at least one scope")
    return Needs(frozenset(every if isinstance(every, tuple) else (every,)) for every in any_of)


public = Public()


class MissingRuleError(Exception):
    """A root field says neither whom it is for nor that it is for everybody."""


def rule_of(field: GraphQLField) -> Rule | None:
    """The rule a field of the built schema carries."""
    definition = field_of(field)
    extensions = definition.extensions if definition is not None else ()
    return next((extension for extension in extensions if isinstance(extension, Rule)), None)


def rules_of(schema: GraphQLSchema) -> Mapping[str, Rule]:
    """The rule of every root field, by its name such as `Query.viewer`.

    Raises: MissingRuleError when one has none.
    """
    roots = [schema.query_type, schema.mutation_type, schema.subscription_type]
    found = {f"{root.name}.{name}": rule_of(field) for root in roots if root for name, field in root.fields.items()}
    bare = [name for name, rule in found.items() if rule is None]
    if bare:
        raise MissingRuleError(f"These root fields need extensions=[needs(…)] or [public]: {', '.join(bare)}.")
    return {name: rule for name, rule in found.items() if rule is not None}
