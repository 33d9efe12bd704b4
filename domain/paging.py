"""Pages by key: each page begins after the last row of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from domain.errors import InvalidValue

T = TypeVar("T")

LARGEST_PAGE = 100
DEFAULT_PAGE = 20


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many rows, after which key (the values the list is ordered by)."""

    first: int = DEFAULT_PAGE
    after: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.first <= LARGEST_PAGE:
            raise InvalidValue(f"first is between 0 and {LARGEST_PAGE}, not {self.first}", path=("first",))


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order, each with its key, and whether more follow."""

    items: list[T]
    keys: list[tuple[Any, ...]]
    has_next: bool

    @classmethod
    def of(cls, rows: list[T], request: PageRequest, key: Any) -> Page[T]:
        """Cut the page out of rows that were read with one row to spare."""
        shown = rows[: request.first]
        return cls(items=shown, keys=[key(row) for row in shown], has_next=len(rows) > request.first)
