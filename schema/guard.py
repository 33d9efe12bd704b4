"""Measures a document in one linear walk and refuses what asks too much.

Every fragment is measured once, however often it is spread; what a spread adds is then a sum. The walk stops at the
first limit that is passed, before the standard rules of validation see the document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from strawberry.types.field import StrawberryField

from schema.faults import Fault
from schema.inside import field_of
from schema.limits import Cost, Limits, Once

SIZED_BY = ("first", "ids")
"""Arguments that say how many things a field will give: a number, or the list of what is wanted."""

Parent: TypeAlias = GraphQLNamedType | None


@dataclass(frozen=True, slots=True)
class Size:
    """How many things a field gives, as far as the document tells: a number, or a variable to look at."""

    known: int
    variable: str | None = None

    def of(self, variables: Mapping[str, Any], largest: int) -> int:
        """The number for these variables, never beyond what a page holds."""
        given = variables.get(self.variable) if self.variable is not None else None
        if isinstance(given, list):
            given = len(given)
        number = given if isinstance(given, int) and not isinstance(given, bool) else self.known
        return max(1, min(number, largest))


@dataclass(slots=True)
class Price:
    """What a selection costs: a sum, of which some terms are multiplied by sizes known with the variables."""

    fixed: int = 0
    sized: list[tuple[Size, Price]] = field(default_factory=list)

    def add(self, other: Price) -> None:
        """Both together."""
        self.fixed += other.fixed
        self.sized.extend(other.sized)

    def times(self, size: Size, largest: int) -> Price:
        """The price once for each thing a field gives."""
        if not self.fixed and not self.sized:
            return self
        if size.variable is None and not self.sized:
            return Price(self.fixed * size.of({}, largest))
        return Price(0, [(size, self)])

    def of(self, variables: Mapping[str, Any], largest: int) -> int:
        """The cost for these variables."""
        return self.fixed + sum(
            size.of(variables, largest) * price.of(variables, largest) for size, price in self.sized
        )


@dataclass(slots=True)
class Measure:
    """What a selection set asks for, its fragments expanded."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    """How often each name stands in the answer's one object."""
    names: Counter[str] = field(default_factory=Counter)
    """How often each field does, whatever it is renamed to."""
    price: Price = field(default_factory=Price)

    def add(self, other: Measure) -> None:
        """A fragment's selection, as part of this one."""
        self.depth = max(self.depth, other.depth)
        self.fields += other.fields
        self.aliases += other.aliases
        self.keys.update(other.keys)
        self.names.update(other.names)
        self.price.add(other.price)


class Walk:
    """One walk over one document."""

    def __init__(self, document: DocumentNode, schema: GraphQLSchema, limits: Limits) -> None:
        self.schema = schema
        self.limits = limits
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measure] = {}
        self._open: set[str] = set()

    def operation(self, node: OperationDefinitionNode) -> Measure:
        """What one operation asks for.

        Raises: GraphQLError with the fault of the first limit it passes.
        """
        self._directives(node, *(node.variable_definitions or ()))
        root = self.schema.get_root_type(node.operation)
        measure = self._selected(node.selection_set, root, 1)
        if sum(measure.names.values()) > self.limits.root_fields:
            raise Fault.TOO_MANY_ROOT_FIELDS.error(f"An operation has at most {self.limits.root_fields} root fields.")
        for name, times in measure.names.items():
            if times > 1 and _marked_once(root, name):
                raise Fault.ONCE_ONLY.error(f"{name} may stand only once in an operation.")
        return measure

    def fragments(self) -> None:
        """Measure those that are never spread as well, since the standard rules visit them too."""
        for name in self._fragments:
            self._fragment(name, 1)

    def _selected(self, selections: SelectionSetNode | None, parent: Parent, nesting: int) -> Measure:
        measure = Measure()
        if selections is None:
            return measure
        if nesting > self.limits.nesting:
            raise Fault.TOO_DEEP.error(f"Selections nest at most {self.limits.nesting} deep, fragments included.")
        for node in selections.selections:
            self._directives(node)
            self._add(measure, node, parent, nesting + 1)
            self._check(measure)
        most = self.limits.duplicates
        if measure.keys and max(measure.keys.values()) > most:
            raise Fault.TOO_MANY_DUPLICATES.error(f"One field is selected at most {most} times in a place.")
        return measure

    def _add(self, measure: Measure, node: SelectionNode, parent: Parent, nesting: int) -> None:
        if isinstance(node, FieldNode):
            self._add_field(measure, node, parent, nesting)
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            inner = self.schema.get_type(condition.name.value) if condition else parent
            measure.add(self._selected(node.selection_set, inner, nesting))
        elif isinstance(node, FragmentSpreadNode):
            measure.add(self._fragment(node.name.value, nesting))

    def _add_field(self, measure: Measure, node: FieldNode, parent: Parent, nesting: int) -> None:
        name = node.name.value
        definition = _field(parent, name)
        below = self._selected(node.selection_set, get_named_type(definition.type) if definition else None, nesting)
        measure.fields += 1 + below.fields
        measure.aliases += (node.alias is not None) + below.aliases
        measure.keys[node.alias.value if node.alias else name] += 1
        measure.names[name] += 1
        if name.startswith("__"):  # the standard rules bound how deep introspection goes; here it has one price
            measure.price.fixed += self.limits.introspection if node.selection_set else 0
            return
        measure.depth = max(measure.depth, 1 + below.depth)
        if definition is not None and parent is not None:
            measure.price.fixed += self._weight(definition, parent)
            measure.price.add(below.price.times(self._size(node, definition, parent), self.limits.page))

    def _fragment(self, name: str, nesting: int) -> Measure:
        known = self._measured.get(name)
        node = self._fragments.get(name)
        if known is not None or node is None or name in self._open:
            return known or Measure()  # an unknown fragment or a circle: the standard rules say so
        self._open.add(name)
        self._directives(node)
        measure = self._selected(node.selection_set, self.schema.get_type(node.type_condition.name.value), nesting)
        self._open.discard(name)
        self._measured[name] = measure
        return measure

    def _directives(self, *nodes: Any) -> None:
        most = self.limits.directives_a_node
        if any(len(node.directives or ()) > most for node in nodes):
            raise Fault.TOO_MANY_DIRECTIVES.error(f"One place carries at most {most} directives.")

    def _check(self, measure: Measure) -> None:
        limits = self.limits
        if measure.depth > limits.depth:
            raise Fault.TOO_DEEP.error(f"Fields nest at most {limits.depth} deep.")
        if measure.fields > limits.fields:
            raise Fault.TOO_MANY_FIELDS.error(f"A document selects at most {limits.fields} fields, fragments expanded.")
        if measure.aliases > limits.aliases:
            raise Fault.TOO_MANY_ALIASES.error(f"A document has at most {limits.aliases} aliases, fragments expanded.")

    def _weight(self, definition: GraphQLField, parent: GraphQLNamedType) -> int:
        cost = cost_of(definition)
        if cost is not None and cost.weight is not None:
            return cost.weight
        if parent is self.schema.mutation_type:
            return self.limits.mutation
        if is_leaf_type(get_named_type(definition.type)) or _is_wrapping(definition, parent):
            return 0
        return 1

    def _size(self, node: FieldNode, definition: GraphQLField, parent: GraphQLNamedType) -> Size:
        given = next((argument.value for argument in node.arguments or () if argument.name.value in SIZED_BY), None)
        if given is not None:
            return _size_given(given, self._usual(definition, parent))
        return Size(self._usual(definition, parent))

    def _usual(self, definition: GraphQLField, parent: GraphQLNamedType) -> int:
        """How many things a field gives when the document does not say."""
        cost = cost_of(definition)
        if cost is not None and cost.size is not None:
            return cost.size
        if "first" in definition.args:
            return self.limits.default_page
        if "ids" in definition.args:
            return self.limits.page
        return self.limits.plain_list if _is_list(definition.type) and not parent.name.endswith("Connection") else 1


def _size_given(value: ValueNode, usual: int) -> Size:
    if isinstance(value, IntValueNode):
        return Size(_whole(value.value))
    if isinstance(value, ListValueNode):
        return Size(len(value.values))
    if isinstance(value, VariableNode):
        return Size(usual, value.name.value)
    return Size(usual)


def _whole(digits: str) -> int:
    """A number of the document; one too long to be a size is as large as any."""
    return int(digits) if len(digits) < 10 else 10**9  # noqa: PLR2004  # beyond 32 bits it is refused anyway


def _field(parent: Parent, name: str) -> GraphQLField | None:
    return parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None


def _is_list(kind: GraphQLOutputType) -> bool:
    return is_list_type(get_nullable_type(kind))


def _is_wrapping(definition: GraphQLField, parent: GraphQLNamedType) -> bool:
    """Whether a field only leads from a connection to its rows."""
    name = get_named_type(definition.type).name
    return parent.name.endswith("Connection") and (name.endswith("Edge") or name == "PageInfo")


@cache
def _marks(definition: StrawberryField) -> tuple[Cost | None, bool]:
    directives: Iterable[object] = definition.directives
    cost = next((mark for mark in directives if isinstance(mark, Cost)), None)
    return cost, any(isinstance(mark, Once) for mark in directives)


def cost_of(definition: GraphQLField) -> Cost | None:
    """What a field says about its cost."""
    made_from = field_of(definition)
    return _marks(made_from)[0] if made_from is not None else None


def _marked_once(root: Parent, name: str) -> bool:
    definition = _field(root, name)
    made_from = field_of(definition) if definition is not None else None
    return made_from is not None and _marks(made_from)[1]
