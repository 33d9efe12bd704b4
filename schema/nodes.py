"""Anything by its global id: `node` and `nodes`, under the rules each type registers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.types.base import get_object_definition

from domain.errors import Forbidden, InvalidValue, NotFound
from resolvers.context import Context, Info
from resolvers.global_ids import GlobalIds
from schema.ids import Node
from schema.permissions import Rule, public

LARGEST_BATCH = 100

Find = Callable[..., Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Findable:
    """How to find a thing of one type, and who may."""

    find: Find
    rule: Rule


FINDABLE: dict[str, Findable] = {}
"""Each type `node` knows, by its GraphQL name."""


def findable(shape: type, find: Find, rule: Rule) -> None:
    """Let `node` find a type, for those whom the rule permits.

    `find(context, *keys)` gives the thing, or raises NotFound.
    """
    name = get_object_definition(shape, strict=True).name
    if FINDABLE.setdefault(name, Findable(find, rule)).find is not find:
        raise TypeError(f"{name} is findable already")


async def found(context: Context, text: str) -> object | None:
    """The thing with a global id, or None; a viewer without the scope for its type learns no more than that."""
    type_name = GlobalIds.type_of(text)
    known = FINDABLE.get(type_name)
    if known is None or not known.rule.permits(context.viewer):
        return None
    try:
        keys: tuple[UUID, ...] = context.global_ids.decode(type_name, text)
        return await known.find(context, *keys)
    except (NotFound, Forbidden):
        return None


@strawberry.type
class NodeQuery:
    """Look-ups by global id."""

    @strawberry.field(
        graphql_type=Node | None,
        extensions=[public],
        description="The thing with this id; null when there is none, or none that you may see with your scopes.",
    )
    async def node(
        self,
        info: Info,
        id: Annotated[  # Relay's name
            strawberry.ID, strawberry.argument(description="A global id, as the API gave it to you.")
        ],
    ) -> Any:
        """One thing."""
        return await found(info.context, id)

    @strawberry.field(
        graphql_type=list[Node | None],
        extensions=[public],
        description="The things with these ids, in their order; null where there is none that you may see.",
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 global ids.")],
    ) -> Any:
        """Many things."""
        if len(ids) > LARGEST_BATCH:
            raise InvalidValue(f"nodes takes at most {LARGEST_BATCH} ids, not {len(ids)}", path=("ids",))
        return await asyncio.gather(*(found(info.context, text) for text in ids))
