"""From the grammar's tree to the typed one: names are looked up, kinds are compared, and the rest of CEL is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from domain.expressions.branches import arguments_of, bare, branches, path_of, word
from domain.expressions.errors import ExpressionRefused
from domain.expressions.functions import FILTER, GLOBALS, MACROS, METHODS, SIZE, SUM, TIMESTAMP, Function
from domain.expressions.kinds import BOOL, INT, LARGEST, TEXT, TIME, UNTOLD, Kind, ListOf, RecordOf, Scalar, Vocabulary
from domain.expressions.naming import cannot_compare, either, example_of, find, unknown_function, unknown_name
from domain.expressions.scanning import unquoted
from domain.expressions.times import TIME_EXAMPLE, read_time
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

if TYPE_CHECKING:
    from domain.expressions.branches import Branch, Word

DEEPEST: Final = 50
"""Operators within operators; && and || count once however many they join."""
MACRO_PARTS: Final = 2
SIGNS: Final = {
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_gt": ">",
    "relation_ge": ">=",
    "addition_add": "+",
    "addition_sub": "-",
    "multiplication_mul": "*",
    "multiplication_div": "/",
    "multiplication_mod": "%",
}


@dataclass(frozen=True, slots=True)
class _Bound:
    """The element of a list that a macro gives a name."""

    name: str
    source: Variable
    kind: Kind


def read_tree(text: str, vocabulary: Vocabulary, tree: Branch, expected: Kind | None = None) -> Node:
    """The typed tree of what the grammar made of a text. Raises: ExpressionRefused."""
    reader = _Reader(text, vocabulary)
    return reader.told(reader.read(tree), expected or UNTOLD)


@dataclass(slots=True)
class _Reader:
    """Reads one expression."""

    text: str
    vocabulary: Vocabulary
    bound: _Bound | None = None
    depth: int = field(default=0)
    kinds: dict[str, Kind] = field(default_factory=dict)
    """Of fields of open records, as their first use told them."""

    def read(self, tree: Branch) -> Node:
        """The typed tree. Raises: ExpressionRefused."""
        tree = bare(tree)
        if self.depth == DEEPEST:
            raise self.refused(tree, f"operators are nested at most {DEEPEST} deep; write it in simpler parts")
        self.depth += 1
        node: Node = getattr(self, f"_{tree.data}", self.outside)(tree)
        self.depth -= 1
        return node

    def refused(self, place: Branch | Word, reason: str) -> ExpressionRefused:
        """The refusal of what stands there."""
        where = place.meta if hasattr(place, "meta") else place
        return ExpressionRefused(reason, self.text, where.start_pos or 0)

    def outside(self, tree: Branch) -> Node:
        """What the grammar has and the language has not."""
        raise self.refused(tree, "this part of CEL is not in the language")

    def wanted(self, tree: Branch, kind: Kind, why: str) -> Node:
        """A part that is of this kind."""
        node = self.told(self.read(tree), kind)
        if node.kind != kind:
            raise self.refused(tree, f"{why}, not {node.kind}")
        return node

    def told(self, node: Node, kind: Kind) -> Node:
        """The part, of this kind if nobody told yet of which it is."""
        if not isinstance(node, Variable) or node.kind != UNTOLD:
            return node
        return replace(node, kind=self.kinds.setdefault(node.name, kind) if kind != UNTOLD else kind)

    def alike(self, trees: Sequence[Branch], nodes: Sequence[Node]) -> list[Node]:
        """Parts that are to be of one kind: those that tell theirs tell it of the others."""
        kind = next((node.kind for node in nodes if node.kind != UNTOLD), None)
        if kind is None:
            raise self.refused(trees[0], "compare this with something written down, so that its kind is known")
        return [self.told(node, kind) for node in nodes]

    def _expr(self, tree: Branch) -> Node:
        test, yes, no = branches(tree)
        tested = self.wanted(test, BOOL, "before ? stands true or false")
        first, second = self.alike((yes, no), (self.scalar(yes), self.scalar(no)))
        if first.kind != second.kind:
            raise self.refused(
                no, f"both sides of : are of one kind, but this is {second.kind} and the other {first.kind}"
            )
        return Choice(tested, first, second, first.kind)

    def _conditionalor(self, tree: Branch) -> Node:
        return Some(self.joined(tree, "||"))

    def _conditionaland(self, tree: Branch) -> Node:
        return Every(self.joined(tree, "&&"))

    def joined(self, tree: Branch, sign: str) -> tuple[Node, ...]:
        parts = []
        rule = tree.data
        while tree.data == rule and len(tree.children) > 1:
            tree, part = branches(tree)
            parts.append(part)
        return tuple(self.wanted(part, BOOL, f"{sign} joins true or false") for part in (tree, *reversed(parts)))

    def _relation(self, tree: Branch) -> Node:
        before, right = branches(tree)
        left = branches(before)[0]
        if bare(left).data == "relation":
            raise self.refused(right, "comparisons cannot be chained; write both: 1 < x && x < 9")
        if before.data == "relation_in":
            return self.membership(left, right)
        sign = SIGNS[before.data]
        first, second = self.alike((left, right), (self.scalar(left), self.scalar(right)))
        if first.kind != second.kind:
            raise self.refused(right, cannot_compare(first.kind, second.kind))
        if first.kind == BOOL and sign not in {"==", "!="}:
            raise self.refused(right, f"true and false have no order; {sign} compares numbers, texts and times")
        return Comparison(sign, first, second)

    def membership(self, left: Branch, right: Branch) -> Node:
        part = self.scalar(left)
        among: Variable | tuple[Node, ...]
        if bare(right).data == "list_lit":
            among = self.listed(bare(right))
            kind = among[0].kind
        else:
            among, kind = self.list_variable(right, "after in stands a list, such as [1, 2]")
        part = self.told(part, kind)
        if part.kind != kind:
            raise self.refused(right, f"this list does not hold {part.kind}; each of its values is {kind}")
        return Membership(part, among)

    def listed(self, tree: Branch) -> tuple[Node, ...]:
        branches = arguments_of(tree.children)
        if not branches:
            raise self.refused(tree, "the list is empty, so nothing is in it")
        nodes = tuple(self.alike(branches, [self.scalar(branch) for branch in branches]))
        for branch, node in zip(branches, nodes, strict=True):
            if node.kind != nodes[0].kind:
                raise self.refused(
                    branch, f"a list holds values of one kind, but this is {node.kind} and the first {nodes[0].kind}"
                )
        return nodes

    def list_variable(self, tree: Branch, why: str) -> tuple[Variable, Kind]:
        node = self.read(tree)
        if not isinstance(node, Variable) or not isinstance(node.kind, ListOf):
            raise self.refused(tree, f"{why}; this is {node.kind}")
        return node, node.kind.element

    def scalar(self, tree: Branch) -> Node:
        """A part that is a single value."""
        node = self.read(tree)
        if not isinstance(node.kind, Scalar):
            raise self.refused(tree, "a list has no single value; write .exists(…), .all(…), .sum(…) or .size()")
        return node

    def _addition(self, tree: Branch) -> Node:
        before, right = branches(tree)
        left = branches(before)[0]
        sign = SIGNS[before.data]
        why = f"{sign} reckons with whole numbers"
        return Arithmetic(sign, self.wanted(left, INT, why), self.wanted(right, INT, why))

    _multiplication = _addition

    def _unary(self, tree: Branch) -> Node:
        sign, part = branches(tree)
        if sign.data == "unary_not":
            return Not(self.wanted(part, BOOL, "! turns round true or false"))
        return Minus(self.wanted(part, INT, "- stands before a whole number"))

    def _paren_expr(self, tree: Branch) -> Node:
        return self.read(branches(tree)[0])

    def _literal(self, tree: Branch) -> Node:
        token = word(tree)
        match token.type:
            case "INT_LIT":
                return self.number(tree, int(str(token)))
            case "STRING_LIT":
                return Constant(unquoted(str(token)), TEXT)
            case "BOOL_LIT":
                return Constant(str(token) == "true", BOOL)
        return self.outside(tree)

    def number(self, tree: Branch, value: int) -> Constant:
        if not -LARGEST <= value <= LARGEST:
            raise self.refused(tree, f"this number is too large; the largest is {LARGEST}")
        return Constant(value, INT)

    def _list_lit(self, tree: Branch) -> Node:
        raise self.refused(tree, "a list stands only after in")

    def _ident(self, tree: Branch) -> Node:
        return self.named(tree, [str(word(tree))])

    def _member_dot(self, tree: Branch) -> Node:
        path = path_of(tree)
        if path is None:
            raise self.refused(word(tree, 1), "only a name has parts after a point")
        return self.named(tree, path)

    def named(self, tree: Branch, path: Sequence[str]) -> Node:
        """The fact, or the field of the element at hand, of this name."""
        first, rest = path[0], path[1:]
        bound = self.bound if self.bound is not None and self.bound.name == first else None
        known = {first: bound.kind} if bound else self.vocabulary.variables
        kind = find(path, known)
        if kind is None:
            raise self.refused(tree, unknown_name(path, known, {} if bound else self.vocabulary.elsewhere))
        if isinstance(kind, RecordOf):
            parts = either(f"{first}.{part}" for part in kind.fields)
            raise self.refused(tree, f"{first} has several parts; write {parts}")
        if bound:
            return Element(bound.source.name, ".".join(rest), kind)
        name = ".".join(path)
        return Variable(name, self.kinds.get(name, kind) if kind == UNTOLD else kind)

    def _ident_arg(self, tree: Branch) -> Node:
        token = word(tree)
        name, arguments = str(token), arguments_of(tree.children[1:])
        if name == SIZE:
            self.counted(token, arguments, 1, "size(lines)")
            return self.size(arguments[0])
        if name == TIMESTAMP:
            return self.timestamp(token, arguments)
        if name in GLOBALS:
            return self.called(token, GLOBALS[name], arguments)
        if name in METHODS:
            raise self.refused(token, f"{name} is written after its text: {METHODS[name].example}")
        if name in MACROS:
            raise self.refused(token, f"{name} is written after its list: {example_of(name)}")
        raise self.refused(token, unknown_function(name))

    def _member_dot_arg(self, tree: Branch) -> Node:
        receiver, token = branches(tree)[0], word(tree, 1)
        name, arguments = str(token), arguments_of(tree.children[2:])
        if name == SIZE:
            self.counted(token, arguments, 0, "lines.size()")
            return self.size(receiver)
        if name in MACROS:
            return self.macro(tree)
        if name in METHODS:
            return self.called(token, METHODS[name], [receiver, *arguments])
        if name in GLOBALS:
            raise self.refused(token, f"{name} is written before its time: {GLOBALS[name].example}")
        raise self.refused(token, unknown_function(name))

    def counted(self, token: Word, arguments: Sequence[Branch], count: int, example: str) -> None:
        if len(arguments) != count:
            raise self.refused(token, f"{token} is written as in {example}")

    def called(self, token: Word, function: Function, arguments: Sequence[Branch]) -> Call:
        self.counted(token, arguments, len(function.takes), function.example)
        parts = [
            self.wanted(argument, kind, f"{function.name} takes {kind}")
            for argument, kind in zip(arguments, function.takes, strict=True)
        ]
        return Call(function.name, tuple(parts), function.comes_to)

    def timestamp(self, token: Word, arguments: Sequence[Branch]) -> Constant:
        self.counted(token, arguments, 1, f'timestamp("{TIME_EXAMPLE}")')
        node = self.read(arguments[0])
        written = node.value if isinstance(node, Constant) else None
        moment = read_time(written) if isinstance(written, str) else None
        if moment is None:
            raise self.refused(
                arguments[0], f'a time, from 1900 to 2199, is written with its offset from UTC: "{TIME_EXAMPLE}"'
            )
        return Constant(moment, TIME)

    def size(self, tree: Branch) -> Node:
        if _is_filter(tree):
            source, filters = self.sifted(tree)
            return Fold(SIZE, source, filters, None, INT)
        node = self.told(self.read(tree), TEXT)
        if node.kind == TEXT:
            return Call(SIZE, (node,), INT)
        if isinstance(node, Variable) and isinstance(node.kind, ListOf):
            self.refuse_nested(tree)
            return Fold(SIZE, node, (), None, INT)
        raise self.refused(tree, f"size takes a text or a list, not {node.kind}")

    def macro(self, tree: Branch) -> Node:
        receiver, token = branches(tree)[0], word(tree, 1)
        name = str(token)
        if name == FILTER:
            raise self.refused(token, "filter leaves a list; ask for its .size(), .exists(…), .all(…) or .sum(…)")
        source, filters = self.sifted(receiver)
        kind = INT if name == SUM else BOOL
        return Fold(name, source, filters, self.body(tree, source, kind), kind)

    def sifted(self, tree: Branch) -> tuple[Variable, tuple[Node, ...]]:
        """A list, and the filters that its elements go through."""
        tree = bare(tree)
        self.refuse_nested(tree)
        if _is_filter(tree):
            source, filters = self.sifted(branches(tree)[0])
            return source, (*filters, self.body(tree, source, BOOL))
        return self.list_variable(tree, "before it stands a list, such as lines")[0], ()

    def refuse_nested(self, tree: Branch) -> None:
        if self.bound is not None:
            raise self.refused(tree, "one list cannot be gone through within another")

    def body(self, tree: Branch, source: Variable, kind: Kind) -> Node:
        """What a macro asks of each element, under the name that it gives it."""
        token, arguments = word(tree, 1), arguments_of(tree.children[2:])
        assert isinstance(source.kind, ListOf)
        if len(arguments) != MACRO_PARTS:
            raise self.refused(
                token, f"{token} takes a name for each element, and what is asked of it: {example_of(str(token))}"
            )
        path = path_of(arguments[0])
        if path is None or len(path) > 1:
            raise self.refused(arguments[0], f"here stands a name for each element, as in {example_of(str(token))}")
        if path[0] in self.vocabulary.variables:
            raise self.refused(arguments[0], f"{path[0]} already names something else; choose another name")
        self.bound = _Bound(path[0], source, source.kind.element)
        node = self.wanted(arguments[1], kind, f"{token} asks for {kind}")
        self.bound = None
        return node


def _is_filter(tree: Branch) -> bool:
    tree = bare(tree)
    return tree.data == "member_dot_arg" and word(tree, 1) == FILTER
