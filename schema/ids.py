"""Ids in the contract: Relay's Node, the id field of a type, and the trap-free way to read an id argument."""

from __future__ import annotations

from typing import Any, TypeAlias

import strawberry

from resolvers.context import Info
from schema.inside import parent_of
from schema.shape import shape_of

GlobalId: TypeAlias = strawberry.ID
"""An id as the caller sends it; `info.context.global_ids.one("Partner", id)` or `.pair("Entry", id)` reads it."""


@strawberry.interface(description="Anything that has a global id.")
class Node:
    """What `node` and `nodes` can find."""

    id: strawberry.ID = strawberry.field(
        description="Opaque, stable, and its viewer's own: another partner knows the same thing by another id."
    )

    @classmethod
    def resolve_type(cls, value: object, _info: object, _type: object) -> str | None:
        """The type that shows an object, without asking each type in turn."""
        return shape_of(value)


def identified(*attributes: str) -> Any:
    """The id field of a type, made from keys of what it shows, the wallet's first where it lives in one.

    A shape writes `id: strawberry.ID = identified("wallet_id", "entry_id")`.
    """

    def resolve(parent: strawberry.Parent[Any], info: Info) -> strawberry.ID:
        keys = (getattr(parent, attribute) for attribute in attributes)
        return strawberry.ID(info.context.global_ids.encode(parent_of(info), *keys))

    return strawberry.field(
        resolver=resolve,
        description="Opaque, stable, and its viewer's own: another partner knows the same thing by another id.",
    )
