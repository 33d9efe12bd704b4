"""The row form: an expression as a Python closure over the facts of one purchase or action."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final

from domain.expressions.errors import Undecided
from domain.expressions.functions import ALL, EXISTS, SUM
from domain.expressions.kinds import LARGEST, SMALLEST, TIME, Kind
from domain.expressions.parsing import Expression
from domain.expressions.tree import (
    Arithmetic,
    Call,
    Choice,
    Comparison,
    Constant,
    Element,
    Every,
    Fold,
    Membership,
    Minus,
    Node,
    Not,
    Some,
    Variable,
)

Getter = Callable[[Any], Any]
Row = Callable[[Any, Any], Any]
"""From the facts, and the element of a list at hand, to a value."""

SMALL_LETTERS: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def row_form(
    expression: Expression, zone: tzinfo = UTC, getters: Mapping[str, Getter] | None = None
) -> Callable[[Any], Any]:
    """What answers an expression for one set of facts.

    Facts are a mapping from full names (purchase.amount, lines) to values, and the elements of lists of records
    mappings by their fields; or anything else, when getters say by full name (purchase.amount, lines, lines.category)
    how to get a value out of the facts, or out of the element. None stands for what is not known. Times are aware;
    their hours and days are those of the zone.

    Raises, when called: Undecided, if what is asked has no answer.
    """
    row = _Rows(zone, getters or {}).compiled(expression.root)
    return lambda facts: row(facts, None)


class _Rows:
    """Compiles nodes, each by the method of its class."""

    def __init__(self, zone: tzinfo, getters: Mapping[str, Getter]) -> None:
        self.zone = zone
        self.getters = getters

    def compiled(self, node: Node) -> Row:
        row: Row = getattr(self, f"of_{type(node).__name__.lower()}")(node)
        return row

    def all_of(self, nodes: Sequence[Node]) -> list[Row]:
        return [self.compiled(node) for node in nodes]

    def of_constant(self, node: Constant) -> Row:
        value = node.value
        return lambda _facts, _element: value

    def of_variable(self, node: Variable) -> Row:
        known = _known(node.name, self.getters.get(node.name) or operator.methodcaller("get", node.name), node.kind)
        return lambda facts, _element: known(facts)

    def of_element(self, node: Element) -> Row:
        get = operator.methodcaller("get", node.field) if node.field else _itself
        known = _known(node.name, self.getters.get(node.name, get) if node.field else get, node.kind)
        return lambda _facts, element: known(element)

    def of_not(self, node: Not) -> Row:
        part = self.compiled(node.part)
        return lambda facts, element: not part(facts, element)

    def of_minus(self, node: Minus) -> Row:
        part = self.compiled(node.part)
        return lambda facts, element: _held(-part(facts, element))

    def of_every(self, node: Every) -> Row:
        return _decided(self.all_of(node.parts), by=False)

    def of_some(self, node: Some) -> Row:
        return _decided(self.all_of(node.parts), by=True)

    def of_comparison(self, node: Comparison) -> Row:
        compare = COMPARISONS[node.sign]
        left, right = self.compiled(node.left), self.compiled(node.right)
        if isinstance(node.right, Constant):
            constant = node.right.value
            return lambda facts, element: compare(left(facts, element), constant)
        return lambda facts, element: compare(left(facts, element), right(facts, element))

    def of_arithmetic(self, node: Arithmetic) -> Row:
        reckon = ARITHMETIC[node.sign]
        left, right = self.compiled(node.left), self.compiled(node.right)
        return lambda facts, element: _held(reckon(left(facts, element), right(facts, element)))

    def of_choice(self, node: Choice) -> Row:
        test, yes, no = self.all_of((node.test, node.yes, node.no))
        return lambda facts, element: yes(facts, element) if test(facts, element) else no(facts, element)

    def of_membership(self, node: Membership) -> Row:
        part = self.compiled(node.part)
        if isinstance(node.among, Variable):
            among = self.compiled(node.among)
            return lambda facts, element: part(facts, element) in among(facts, element)
        constants = [member.value for member in node.among if isinstance(member, Constant)]
        if len(constants) == len(node.among):
            values = frozenset(constants)
            return lambda facts, element: part(facts, element) in values
        members = self.all_of(node.among)
        return lambda facts, element: part(facts, element) in [member(facts, element) for member in members]

    def of_call(self, node: Call) -> Row:
        function = {**FUNCTIONS, **_by_the_clock_of(self.zone)}[node.function]
        first, *rest = self.all_of(node.parts)
        if not rest:
            return lambda facts, element: function(first(facts, element))
        (second,) = rest
        return lambda facts, element: function(first(facts, element), second(facts, element))

    def of_fold(self, node: Fold) -> Row:
        elements = self.compiled(node.source)
        for kept in self.all_of(node.filters):
            elements = _sifted(elements, kept)
        if node.body is None:
            return lambda facts, _element: len(elements(facts, None))
        return FOLDS[node.function](elements, self.compiled(node.body))


def _itself(element: Any) -> Any:
    return element


def _known(name: str, get: Getter, kind: Kind) -> Getter:
    def known(source: Any) -> Any:
        value = get(source)
        if value is None:
            raise Undecided(f"{name} is not known")
        return value

    if kind == TIME:
        # Two times with one zone between them would be compared by the clock on the wall, which goes back in autumn.
        return lambda source: known(source).astimezone(UTC)
    return known


def _decided(parts: Sequence[Row], *, by: bool) -> Row:
    """The first part that is so decides, also beside parts that have no answer."""

    def decided(facts: Any, element: Any) -> bool:
        undecided = None
        for part in parts:
            try:
                answer: bool = part(facts, element)
                if answer is by:
                    return by
            except Undecided as reason:
                undecided = undecided or reason
        if undecided is not None:
            raise undecided
        return not by

    return decided


def _sifted(elements: Row, kept: Row) -> Row:
    return lambda facts, _element: [element for element in elements(facts, None) if kept(facts, element)]


def _decided_by(value: bool) -> Callable[[Row, Row], Row]:  # noqa: FBT001 (the one thing it says)
    def folded(elements: Row, body: Row) -> Row:
        def decided(facts: Any, _element: Any) -> bool:
            undecided = None
            for element in elements(facts, None):
                try:
                    answer: bool = body(facts, element)
                    if answer is value:
                        return value
                except Undecided as reason:
                    undecided = undecided or reason
            if undecided is not None:
                raise undecided
            return not value

        return decided

    return folded


def _summed(elements: Row, body: Row) -> Row:
    return lambda facts, _element: _held(sum([body(facts, element) for element in elements(facts, None)]))


FOLDS: Final = {EXISTS: _decided_by(True), ALL: _decided_by(False), SUM: _summed}  # noqa: FBT003 (as above)


def _held(number: int) -> int:
    if SMALLEST <= number <= LARGEST:
        return number
    raise Undecided(f"{number} is beyond what a whole number holds")


def _quotient(left: int, right: int) -> int:
    if right == 0:
        raise Undecided("something is divided by zero")
    quotient = abs(left) // abs(right)
    return _held(quotient if (left < 0) is (right < 0) else -quotient)


def _remainder(left: int, right: int) -> int:
    return left - _quotient(left, right) * right


ARITHMETIC: Final[Mapping[str, Callable[[int, int], int]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
    "%": _remainder,
}
FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": operator.contains,
    "lowerAscii": lambda text: text.translate(SMALL_LETTERS),
    "size": len,
}


def _by_the_clock_of(zone: tzinfo) -> Mapping[str, Callable[..., Any]]:
    def days_between(first: datetime, last: datetime) -> int:
        return (last.astimezone(zone).date() - first.astimezone(zone).date()).days

    return {
        "hour": lambda at: at.astimezone(zone).hour,
        "weekday": lambda at: at.astimezone(zone).isoweekday(),
        "day": lambda at: at.astimezone(zone).day,
        "month": lambda at: at.astimezone(zone).month,
        "year": lambda at: at.astimezone(zone).year,
        "daysBetween": days_between,
    }
