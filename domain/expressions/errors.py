"""What expressions refuse, and what they cannot answer."""

from __future__ import annotations

from domain.errors import DomainError


class ExpressionRefused(DomainError):
    """An expression says nothing that can be understood, or something outside the language."""

    code = "INVALID_EXPRESSION"

    def __init__(self, reason: str, text: str, offset: int) -> None:
        before = text[:offset]
        self.reason = reason
        self.line = before.count("\n") + 1
        """Counted from 1."""
        self.column = offset - before.rfind("\n")
        """Counted from 1, in characters."""
        self.source = text.split("\n")[self.line - 1]
        place = f"column {self.column}" if "\n" not in text else f"line {self.line}, column {self.column}"
        super().__init__(f"{place}: {reason}")

    @property
    def picture(self) -> str:
        """The line of the mistake with a caret beneath it."""
        indent = "".join("\t" if sign == "\t" else " " for sign in self.source[: self.column - 1])
        return f"{self.source}\n{indent}^"


class Undecided(Exception):
    """An expression has no value for these facts, as when it divides by zero; the message says why."""
