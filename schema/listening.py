"""The document of a webhook: one subscription on `events` that can be run by itself whenever something happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
    get_argument_values,
    get_variable_values,
    is_abstract_type,
)
from graphql.execution.values import VariableValues

from domain.events.models import EventKind
from partners.errors import SubscriptionRefused
from partners.webhooks.managing import Subscribed
from schema.documents import Document, Documents, Operation, Rejected
from schema.events import TELLING
from schema.limits import Limits

ROOT = "events"
LIMITS = Limits(characters=8_000, operations=1, cost=300)
"""A document is run for every event and every attempt, unasked: it gets less than a question does."""


def subscribed(schema: GraphQLSchema, text: str) -> Subscribed:
    """A document as a webhook keeps it, with the kinds of events it asks for.

    Raises: SubscriptionRefused, with the reason.
    """
    documents = Documents(schema, LIMITS)
    try:
        document = documents.ready(text)
        operation = document.operation(None)
        _check_operation(operation)
        documents.cost(operation, {})
    except Rejected as rejected:
        raise _refused(" ".join(error.message for error in rejected.errors)) from None
    variables = _defaults(schema, operation)
    field = _root_field(document, operation)
    shown = frozenset[EventKind]().union(*_kinds_below(schema, document, field.selection_set))
    kinds = _asked_for(schema, field, variables) & shown
    if not kinds:
        raise _refused("It asks for no kind of event.")
    return Subscribed(document=text, kinds=None if kinds == frozenset(EventKind) else kinds)


def _check_operation(operation: Operation) -> None:
    if operation.kind is not OperationType.SUBSCRIPTION:
        raise _refused(f"A webhook's document is a subscription, and this is a {operation.kind.value}.")
    if operation.introspects:
        raise _refused("A webhook's document does not introspect the schema.")


def _defaults(schema: GraphQLSchema, operation: Operation) -> VariableValues:
    """The variables as they are when nobody gives any."""
    definitions = operation.node.variable_definitions or ()
    bare = [one.variable.name.value for one in definitions if one.default_value is None]
    if bare:
        raise _refused(f"Nobody is there to give variables: write a default for ${', $'.join(bare)}.")
    found = get_variable_values(schema, definitions, {}, hide_suggestions=True)
    if isinstance(found, list):
        raise _refused(" ".join(error.message for error in found))
    return found


def _root_field(document: Document, operation: Operation) -> FieldNode:
    fields = list(_fields(document, operation.node.selection_set))
    if [field.name.value for field in fields] != [ROOT]:
        raise _refused(f"A webhook's document asks for `{ROOT}` alone.")
    (field,) = fields
    if field.directives:
        raise _refused(f"`{ROOT}` bears no directive in a webhook's document.")
    return field


def _asked_for(schema: GraphQLSchema, field: FieldNode, variables: VariableValues) -> frozenset[EventKind]:
    """What the argument `kinds` names; everything without it."""
    assert schema.subscription_type is not None, "the document is valid, so there are subscriptions"
    try:
        given = get_argument_values(schema.subscription_type.fields[ROOT], field, variables, hide_suggestions=True)
    except GraphQLError as error:
        raise _refused(error.message) from None
    if given.get("after") is not None:
        raise _refused("A webhook goes on from where it stands: leave `after` out, and use webhookReplay.")
    kinds = given.get("kinds")
    return frozenset(EventKind) if kinds is None else frozenset(EventKind(kind) for kind in kinds)


def _kinds_below(
    schema: GraphQLSchema, document: Document, selections: SelectionSetNode | None
) -> Iterator[frozenset[EventKind]]:
    """The kinds of which anything is shown: all, unless every field stands under a condition on the type."""
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            if node.name.value != "__typename":
                yield frozenset(EventKind)
            continue
        condition, inner = _fragment(document, node)
        below = frozenset[EventKind]().union(*_kinds_below(schema, document, inner))
        yield below if condition is None else below & _kinds_of_type(schema, condition)


def _kinds_of_type(schema: GraphQLSchema, name: str) -> frozenset[EventKind]:
    """The kinds of events that are shown by a type, or by one of an interface's types."""
    kind = schema.get_type(name)
    names = {one.name for one in schema.get_possible_types(kind)} if is_abstract_type(kind) else {name}
    return frozenset(told for told, shape in TELLING.items() if shape.__name__ in names)


def _fields(document: Document, selections: SelectionSetNode) -> Iterator[FieldNode]:
    """The fields of a selection, its fragments expanded."""
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        else:
            yield from _fields(document, _fragment(document, node)[1])


def _fragment(document: Document, node: Any) -> tuple[str | None, SelectionSetNode]:
    """The condition of a fragment and what it selects; the document is valid, so the fragment is there."""
    if isinstance(node, InlineFragmentNode):
        return node.type_condition.name.value if node.type_condition else None, node.selection_set
    assert isinstance(node, FragmentSpreadNode), "selections are fields and fragments"
    fragment = _definitions(document)[node.name.value]
    return fragment.type_condition.name.value, fragment.selection_set


def _definitions(document: Document) -> dict[str, FragmentDefinitionNode]:
    nodes: Iterable[Any] = document.tree.definitions
    return {node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)}


def _refused(message: str) -> SubscriptionRefused:
    return SubscriptionRefused(message, path=("document",))
