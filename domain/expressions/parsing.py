"""From text to a typed tree: read by cel-python's grammar, held to the subset and to a vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from domain.expressions.errors import ExpressionRefused
from domain.expressions.kinds import Kind, Vocabulary
from domain.expressions.reading import read_tree
from domain.expressions.scanning import scan
from domain.expressions.tree import Node, reads

if TYPE_CHECKING:
    from celpy.celparser import CELParser

    from domain.expressions.branches import Branch


@dataclass(frozen=True, slots=True)
class Expression:
    """A text that was understood."""

    text: str
    root: Node

    @property
    def kind(self) -> Kind:
        """What it comes to."""
        return self.root.kind

    @property
    def reads(self) -> frozenset[str]:
        """The facts it asks for, such as purchase.amount, lines and lines.category."""
        return reads(self.root)


def parse(text: str, vocabulary: Vocabulary, expected: Kind | None = None) -> Expression:
    """Read an expression that uses these names, and comes to this kind of value if one is named.

    Raises: ExpressionRefused, saying where, why and what to write instead.
    """
    scan(text)
    expression = Expression(text, read_tree(text, vocabulary, _grammar_tree(text), expected))
    if expected is not None and expression.kind != expected:
        raise ExpressionRefused(
            f"this comes to {expression.kind}, and {expected} is wanted; compare it with something, as in x >= 1",
            text,
            len(text) - len(text.lstrip()),
        )
    return expression


@cache
def _grammar() -> CELParser:
    # It takes a seventh of a second to load, and only who reads conditions needs it.
    from celpy.celparser import CELParser  # noqa: PLC0415

    return CELParser()


def _grammar_tree(text: str) -> Branch:
    from celpy.celparser import CELParseError  # noqa: PLC0415 (as above)

    try:
        return _grammar().parse(text)
    except CELParseError as error:
        lines = text.split("\n")[: (error.line or 1) - 1]
        offset = sum(len(line) + 1 for line in lines) + (error.column or 1) - 1
        raise ExpressionRefused("this cannot be understood here", text, offset) from None
