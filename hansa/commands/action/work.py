"""What the commands about actions do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table

from domain.earning import action_types
from domain.earning.action_types import ActionField, ActionType, FieldKind
from domain.errors import InvalidValue
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show

REQUIRED = "required"


async def list_types(desk: Desk, slug: str, *, json: bool) -> None:
    """The types a partner may record."""
    _tell(await desk.ctx.read(action_types.types_of, desk.partner(slug)), f"Actions at {slug}", json=json)


async def define(desk: Desk, slug: str, name: str, fields: Sequence[str], *, json: bool) -> None:
    """One more type of a partner's own."""
    owner, carried = desk.partner(slug), [_field(said) for said in fields]
    made = await desk.ctx.write(action_types.define, owner, name, carried, now=desk.ctx.now)
    _tell([made], f"{slug} may record", json=json)


async def retire(desk: Desk, slug: str, name: str, *, json: bool) -> None:
    """One type less."""
    gone = await desk.ctx.write(action_types.retire, desk.partner(slug), name, now=desk.ctx.now)
    _tell([gone], f"{slug} records no more", json=json)


def _field(said: str) -> ActionField:
    name, _, rest = said.partition(":")
    kind, _, must = rest.partition(":")
    if kind not in FieldKind.__members__ or must not in {"", REQUIRED}:
        kinds = ", ".join(FieldKind.__members__)
        raise InvalidValue(f"{said!r} is not name:kind or name:kind:{REQUIRED}; kinds: {kinds}", path=("field",))
    return ActionField(name, FieldKind(kind), required=bool(must))


def _tell(types: Sequence[ActionType], title: str, *, json: bool) -> None:
    if json:
        return reporting.as_json([_plain(one) for one in types])
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("type", "whose", "carries"):
        table.add_column(column)
    for one in types:
        table.add_row(one.name, "its own" if one.own else "everybody's", ", ".join(map(_words, one.fields)))
    return show(table)


def _words(field: ActionField) -> str:
    return f"{field.name} {field.kind}" + (f" ({REQUIRED})" if field.required else "")


def _plain(one: ActionType) -> dict[str, Any]:
    fields = [{"name": field.name, "kind": field.kind.value, "required": field.required} for field in one.fields]
    return {"name": one.name, "own": one.own, "fields": fields}
