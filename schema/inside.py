"""All that we use of Strawberry beyond its documented face, in one place to look at when it is upgraded."""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLInputField, GraphQLNamedType, GraphQLSchema
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

EXECUTOR = StrawberryGraphQLCoreExecutionContext
"""Executes an operation so that resolvers get Strawberry's Info."""

IS_AWAITABLE: Any = optimized_is_awaitable
"""Tells quickly what has to be awaited; typed as bool where graphql-core wants a TypeGuard."""

RULES = (MaybeNullValidationRule, OneOfInputValidationRule)
"""What Strawberry validates besides the standard rules."""

_DEFINITION = "strawberry-definition"


def core_of(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core knows it."""
    return schema._schema  # noqa: SLF001


def field_of(field: GraphQLField | GraphQLInputField) -> StrawberryField | None:
    """What a field of the built schema was made from."""
    definition = field.extensions.get(_DEFINITION)
    return definition if isinstance(definition, StrawberryField) else None


def origin_of(kind: GraphQLNamedType) -> type | None:
    """The class that a type of the built schema was made from."""
    definition = kind.extensions.get(_DEFINITION)
    if isinstance(definition, StrawberryObjectDefinition):
        return definition.origin
    return definition.wrapped_cls if isinstance(definition, StrawberryEnumDefinition) else None


def parent_of(info: strawberry.Info[Any, Any]) -> str:
    """The name of the type whose field is being resolved."""
    return str(info._raw_info.parent_type.name)  # noqa: SLF001
