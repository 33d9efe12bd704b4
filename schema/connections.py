"""Pages of a list: keyset connections, whose cursors only work for the list and the viewer they were made for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from domain.paging import DEFAULT_PAGE, LARGEST_PAGE, Page, PageRequest
from resolvers.context import Info
from schema.inside import parent_of

T = TypeVar("T")

LARGEST_COUNT = 10_000
PAGE = "page"
"""The argument a resolver of a list takes: what to read, as a PageRequest."""

Count = Callable[..., Awaitable[int]]


@dataclass(frozen=True, slots=True)
class ShownEdge:
    """A row on its page."""

    node: Any
    key: tuple[Any, ...]
    order: str


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as its connection shows it; cursors are sealed only when they are asked for."""

    page: Page[Any]
    order: str
    count: Callable[[], Awaitable[int]] | None

    @property
    def edges(self) -> list[ShownEdge]:
        """The rows with their keys."""
        return [ShownEdge(node, key, self.order) for node, key in zip(self.page.items, self.page.keys, strict=True)]

    @property
    def nodes(self) -> list[Any]:
        """The rows alone."""
        return self.page.items

    @property
    def page_info(self) -> ShownPage:
        """What is known about the page as a whole."""
        return self


@strawberry.type(description="Where a page ends and whether another follows.")
class PageInfo:
    """Relay's PageInfo, forwards only."""

    @strawberry.field(description="Whether more rows follow.")
    @staticmethod
    def has_next_page(parent: strawberry.Parent[ShownPage]) -> bool:
        """Known from the one row that was read to spare."""
        return parent.page.has_next

    @strawberry.field(description="The cursor to pass as `after` for the next page; null when the page is empty.")
    @staticmethod
    def end_cursor(parent: strawberry.Parent[ShownPage], info: Info) -> str | None:
        """The last row's cursor."""
        keys = parent.page.keys
        return info.context.cursors.encode(parent.order, keys[-1]) if keys else None


@strawberry.type(description="A row of a list, with its place in it.")
class Edge(Generic[T]):
    """Relay's Edge."""

    node: T = strawberry.field(description="The row itself.")

    @strawberry.field(description="The place of the row: pass it as `after` to go on from here.")
    @staticmethod
    def cursor(parent: strawberry.Parent[ShownEdge], info: Info) -> str:
        """Sealed for this list and this viewer."""
        return info.context.cursors.encode(parent.order, parent.key)


@strawberry.type(description="A page of a list in a fixed order, at most 100 rows.")
class Connection(Generic[T]):
    """Relay's Connection, with its nodes also at hand directly."""

    edges: list[Edge[T]] = strawberry.field(description="The rows of this page, each with its cursor.")
    nodes: list[T] = strawberry.field(description="The rows of this page, for those who need no cursor for each.")
    page_info: PageInfo = strawberry.field(description="Where this page ends and whether another follows.")

    @strawberry.field(
        description=f"How many rows the whole list has, counted up to {LARGEST_COUNT:,}; null where it is not counted."
    )
    @staticmethod
    async def total_count(parent: strawberry.Parent[ShownPage]) -> int | None:
        """Counted only when asked for."""
        return min(await parent.count(), LARGEST_COUNT) if parent.count is not None else None


class Paged(FieldExtension):
    """Gives a list field `first` and `after`, and its resolver one PageRequest in their place."""

    def __init__(self, count: Count | None, order_by: str | None) -> None:
        self.count = count
        self.order_by = order_by

    def apply(self, field: StrawberryField) -> None:
        """Replace the resolver's own argument by the two of the contract."""
        if any(argument.python_name == "first" for argument in field.arguments):
            return
        kept = [argument for argument in field.arguments if argument.python_name != PAGE]
        field.arguments = [*kept, _first(), _after()]

    async def resolve_async(
        self,
        next_: Callable[..., Awaitable[Page[Any]]],
        source: object,
        info: Info,
        *,
        first: int = DEFAULT_PAGE,
        after: str | None = None,
        **kwargs: Any,
    ) -> ShownPage:
        """The page that was asked for."""
        order = f"{parent_of(info)}.{info.field_name} {kwargs.get(self.order_by or '')}"
        key = info.context.cursors.decode(order, after) if after is not None else None
        page = await next_(source, info, page=PageRequest(first=first, after=key), **kwargs)
        return ShownPage(page, order, self._counting(source, info, kwargs))

    def _counting(self, source: object, info: Info, kwargs: dict[str, Any]) -> Callable[[], Awaitable[int]] | None:
        count = self.count
        return None if count is None else lambda: count(source, info, **kwargs)


def paged(*, count: Count | None = None, order_by: str | None = None) -> Paged:
    """Make a field a list in pages.

    The resolver takes `page: PageRequest` and gives a `Page`; `count(source, info, **filters)` answers `totalCount`.
    `order_by` names the argument that chooses the list's order, if one does: a cursor of one order fails in another.
    """
    return Paged(count, order_by)


def _first() -> StrawberryArgument:
    return StrawberryArgument(
        python_name="first",
        graphql_name="first",
        type_annotation=StrawberryAnnotation(
            Annotated[
                int,
                strawberry.argument(
                    description=f"How many rows at most: up to {LARGEST_PAGE}, {DEFAULT_PAGE} if not said."
                ),
            ]
        ),
        default=DEFAULT_PAGE,
    )


def _after() -> StrawberryArgument:
    return StrawberryArgument(
        python_name="after",
        graphql_name="after",
        type_annotation=StrawberryAnnotation(
            Annotated[
                str | None,
                strawberry.argument(
                    description="The `endCursor` of the page before; the list begins at its start without."
                ),
            ]
        ),
        default=None,
    )
