"""The grammar's tree, as cel-python hands it over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from celpy.celparser import Token, Tree  # type: ignore[attr-defined]  # lark's, which cel-python builds on

    Branch: TypeAlias = Tree[Token]
    Word: TypeAlias = Token

WRAPPERS: Final = frozenset(
    ("expr", "conditionalor", "conditionaland", "relation", "addition", "multiplication", "unary", "member", "primary")
)
"""Rules of the grammar that say nothing when they have one part."""


def bare(branch: Branch) -> Branch:
    """The first branch that says something."""
    while len(branch.children) == 1 and branch.data in WRAPPERS:
        (branch,) = branches(branch)
    return branch


def branches(branch: Branch) -> list[Branch]:
    """The branches below, where there are no words among them."""
    return branch.children  # type: ignore[return-value]


def word(branch: Branch, place: int = 0) -> Word:
    """The word among what is below."""
    return branch.children[place]  # type: ignore[return-value]


def arguments_of(children: Sequence[Branch | Word]) -> list[Branch]:
    """What stands in the brackets of a list or a call."""
    return branches(children[0]) if children else []  # type: ignore[arg-type]


def path_of(branch: Branch) -> list[str] | None:
    """The parts of a name such as purchase.amount; None if it is no name."""
    branch = bare(branch)
    if branch.data == "ident":
        return [str(word(branch))]
    if branch.data != "member_dot":
        return None
    path = path_of(branches(branch)[0])
    return path and [*path, str(word(branch, 1))]
