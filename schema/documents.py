"""Documents made ready once: parsed, measured and validated, then kept by their text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)

from schema import inside
from schema.faults import Fault
from schema.guard import Price, Walk
from schema.limits import Limits
from schema.permissions import Public, rule_of

RULES = (*specified_rules, *inside.RULES)
"""The standard rules and Strawberry's two; one tuple, since building it anew would defeat every cache behind it."""

KEPT_CHARACTERS = 250_000
"""What the texts of all kept documents may add up to: their trees take at most 300 times as many bytes."""

LARGEST_ERRORS = 3


class Rejected(Exception):
    """A document that will not be executed, and why."""

    def __init__(self, fault: Fault, errors: list[GraphQLError]) -> None:
        self.fault = fault
        self.errors = errors
        super().__init__(fault.value)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document."""

    node: OperationDefinitionNode
    price: Price
    public: bool
    """Whether all its root fields are for everybody."""
    introspects: bool

    @property
    def name(self) -> str | None:
        """Its name, if it has one."""
        return self.node.name.value if self.node.name else None

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may be executed."""

    text: str
    tree: DocumentNode
    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        """The operation to execute.

        Raises: Rejected, when the name does not decide it.
        """
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        try:
            return self.operations[name]
        except KeyError:
            message = (
                f"The document has no operation named {name}." if name else "Say which operation by operationName."
            )
            raise Rejected(Fault.BAD_REQUEST, [Fault.BAD_REQUEST.error(message)]) from None


class Documents:
    """The documents of one schema, least recently used first to go."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, kept: int = KEPT_CHARACTERS) -> None:
        self.schema = schema
        self.limits = limits
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._room = kept

    def ready(self, text: str) -> Document:
        """The document of a text, from memory when it was ready before.

        Raises: Rejected.
        """
        document = self._kept.get(text)
        if document is not None:
            self._kept.move_to_end(text)
            return document
        document = self._made(text)
        self._keep(document)
        return document

    def cost(self, operation: Operation, variables: Mapping[str, Any]) -> int:
        """What an operation costs with these variables.

        Raises: Rejected, when that is too much.
        """
        cost = 1 + operation.price.of(variables, self.limits.page)
        if cost > self.limits.cost:
            message = f"The operation costs {cost}, which is more than {self.limits.cost}. Ask for smaller pages."
            raise Rejected(Fault.TOO_COSTLY, [Fault.TOO_COSTLY.error(message, cost=cost, limit=self.limits.cost)])
        return cost

    def _made(self, text: str) -> Document:
        tree = self._parsed(text)
        try:
            operations = self._measured(tree)
        except GraphQLError as error:
            raise Rejected(Fault.TOO_COSTLY, [error]) from None
        errors = validate(self.schema, tree, RULES, max_errors=LARGEST_ERRORS, hide_suggestions=True)
        if errors:
            raise Rejected(Fault.VALIDATION_FAILED, errors[:LARGEST_ERRORS])
        return Document(text, tree, operations)

    def _parsed(self, text: str) -> DocumentNode:
        limits = self.limits
        if len(text) > limits.characters:
            message = f"A document has at most {limits.characters} characters; send values as variables."
            raise Rejected(Fault.TOO_MANY_TOKENS, [Fault.TOO_MANY_TOKENS.error(message)])
        try:
            tree = parse(text, max_tokens=limits.tokens)
        except GraphQLError as error:
            if "tokens. Parsing aborted" in error.message:
                message = f"A document has at most {limits.tokens} tokens; send values as variables."
                raise Rejected(Fault.TOO_MANY_TOKENS, [Fault.TOO_MANY_TOKENS.error(message)]) from None
            raise Rejected(Fault.SYNTAX_ERROR, [error]) from None
        if "\\u" in text:
            visit(tree, _NoNul())
        return tree

    def _measured(self, tree: DocumentNode) -> dict[str | None, Operation]:
        nodes = [node for node in tree.definitions if isinstance(node, OperationDefinitionNode)]
        if len(nodes) > self.limits.operations:
            raise Fault.TOO_MANY_OPERATIONS.error(f"A document has at most {self.limits.operations} operations.")
        walk = Walk(tree, self.schema, self.limits)
        walk.fragments()
        operations: dict[str | None, Operation] = {}
        for node in nodes:
            measure = walk.operation(node)
            operations[node.name.value if node.name else None] = Operation(
                node=node,
                price=measure.price,
                public=all(self._is_public(node, name) for name in measure.names),
                introspects=not measure.names.keys().isdisjoint({"__schema", "__type"}),
            )
        return operations

    def _is_public(self, node: OperationDefinitionNode, name: str) -> bool:
        root = self.schema.get_root_type(node.operation)
        field = root.fields.get(name) if root is not None else None
        return field is None or isinstance(rule_of(field), Public)

    def _keep(self, document: Document) -> None:
        self._kept[document.text] = document
        self._room -= len(document.text)
        while self._room < 0:
            _, oldest = self._kept.popitem(last=False)
            self._room += len(oldest.text)


class _NoNul(Visitor):
    """PostgreSQL's text holds no NUL, so none is let in."""

    def enter_string_value(self, node: StringValueNode, *_args: Any) -> None:
        if "\0" in node.value:
            raise Rejected(Fault.BAD_USER_INPUT, [Fault.BAD_USER_INPUT.error("Strings hold no NUL character.")])
