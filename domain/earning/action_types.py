"""Types of actions and their fields: those that everybody knows, and those that partners thought of themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

import asyncpg
import orjson
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.earning.actions import Attribute
from domain.earning.errors import ActionTypeNotFound, ActionTypeTaken, InvalidAction, InvalidActionType
from domain.earning.when import PURCHASE, TRIGGER_FORM
from domain.ids import PartnerId
from domain.ledger.action_models import ActionTypeRow
from domain.storage import ReadSession, WriteSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

FIELD_FORM = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
TAKEN_NAMES = frozenset({"type", "channel"})
"""What conditions call an action's own type and channel."""
MOST_FIELDS = 20
MOST_TYPES = 100
LONGEST_TEXT = 200
LARGEST_WHOLE = 10**12

_IN_USE = "SELECT * FROM action_types_in_use($1::uuid[])"


class FieldKind(StrEnum):
    """What a field of an action holds."""

    TEXT = "TEXT"
    """A text."""
    WHOLE = "WHOLE"
    """A whole number."""
    YES_NO = "YES_NO"
    """Yes or no."""
    TIME = "TIME"
    """A time with an offset."""


HELD: Mapping[FieldKind, tuple[type, str]] = {
    FieldKind.TEXT: (str, "a text"),
    FieldKind.WHOLE: (int, "a whole number"),
    FieldKind.YES_NO: (bool, "yes or no"),
    FieldKind.TIME: (datetime, "a time with an offset"),
}


@dataclass(frozen=True, slots=True)
class ActionField:
    """What an action of some type carries."""

    name: str
    kind: FieldKind
    required: bool = False

    def __post_init__(self) -> None:
        if not FIELD_FORM.fullmatch(self.name) or self.name in TAKEN_NAMES:
            taken = " or ".join(sorted(TAKEN_NAMES))
            raise InvalidActionType(
                f"a field's name has small letters, digits and underscores, 1 to 40, and is not {taken}",
                path=("fields", "name"),
            )


Fields: TypeAlias = tuple[ActionField, ...]


def _fields(**kinds: FieldKind) -> Fields:
    return tuple(ActionField(name, kind) for name, kind in kinds.items())


BUILT_IN: Mapping[str, Fields] = {
    "VISIT": (),
    "CHECK_IN": _fields(place=FieldKind.TEXT),
    "REVIEW": _fields(
        sku=FieldKind.TEXT,
        stars=FieldKind.WHOLE,
        words=FieldKind.WHOLE,
        photo=FieldKind.YES_NO,
        verified=FieldKind.YES_NO,
    ),
    "TRIAL": _fields(trial=FieldKind.TEXT, complete=FieldKind.YES_NO),
    "SURVEY": _fields(
        survey=FieldKind.TEXT,
        complete=FieldKind.YES_NO,
        sku=FieldKind.TEXT,
        motive=FieldKind.TEXT,
        satisfaction=FieldKind.WHOLE,
        recommends=FieldKind.WHOLE,
    ),
    "REFERRAL": _fields(step=FieldKind.TEXT, side=FieldKind.TEXT),
    "CODE": _fields(
        code=FieldKind.TEXT,
        batch=FieldKind.TEXT,
        sku=FieldKind.TEXT,
        brand=FieldKind.TEXT,
        category=FieldKind.TEXT,
        units=FieldKind.WHOLE,
        place=FieldKind.TEXT,
    ),
    "TRADE_IN": _fields(
        sku=FieldKind.TEXT,
        category=FieldKind.TEXT,
        grade=FieldKind.TEXT,
        units=FieldKind.WHOLE,
        value=FieldKind.WHOLE,
        scheme=FieldKind.TEXT,
    ),
    "ATTENDANCE": _fields(
        activity=FieldKind.TEXT,
        kind=FieldKind.TEXT,
        partner=FieldKind.TEXT,
        invited=FieldKind.YES_NO,
        guests=FieldKind.WHOLE,
    ),
    "CLAIM": _fields(
        programme=FieldKind.TEXT, kind=FieldKind.TEXT, sku=FieldKind.TEXT, units=FieldKind.WHOLE, value=FieldKind.WHOLE
    ),
    "SALE": _fields(
        scheme=FieldKind.TEXT,
        sku=FieldKind.TEXT,
        units=FieldKind.WHOLE,
        value=FieldKind.WHOLE,
        certified=FieldKind.YES_NO,
    ),
    "TRAINING": _fields(course=FieldKind.TEXT, score=FieldKind.WHOLE, passed=FieldKind.YES_NO),
    "REGISTRATION": _fields(
        sku=FieldKind.TEXT, serial=FieldKind.YES_NO, verified=FieldKind.YES_NO, proven=FieldKind.YES_NO
    ),
    "BIRTHDAY": _fields(days_before=FieldKind.WHOLE),
    "ANNIVERSARY": _fields(years=FieldKind.WHOLE, days_before=FieldKind.WHOLE),
    "JOIN": (),
    "RENEWAL": _fields(plan=FieldKind.TEXT, years=FieldKind.WHOLE),
    "SURPRISE": _fields(occasion=FieldKind.TEXT),
    "BONUS": _fields(
        scheme=FieldKind.TEXT,
        period=FieldKind.TEXT,
        value=FieldKind.WHOLE,
        volume=FieldKind.WHOLE,
        growth=FieldKind.WHOLE,
    ),
    "SOCIAL": _fields(network=FieldKind.TEXT, deed=FieldKind.TEXT),
}
"""The types that everybody knows; none of their fields is required."""


@dataclass(frozen=True, slots=True)
class ActionType:
    """A type of actions."""

    name: str
    fields: Fields
    own: bool
    """The partner thought of it; else everybody knows it."""

    def __post_init__(self) -> None:
        if not TRIGGER_FORM.fullmatch(self.name) or self.name == PURCHASE:
            raise InvalidActionType(
                "a type's name has capital letters, digits and underscores, 1 to 40, such as TEST_DRIVE", path=("name",)
            )
        if len(self.fields) > MOST_FIELDS:
            raise InvalidActionType(f"a type has at most {MOST_FIELDS} fields", path=("fields",))
        if len({field.name for field in self.fields}) < len(self.fields):
            raise InvalidActionType("each field has a name of its own", path=("fields",))


def checked(attributes: Mapping[str, Attribute], kind: str, fields: Fields) -> dict[str, Attribute]:
    """What an action carries, held to its type's fields. Raises: InvalidAction."""
    known = {field.name: field for field in fields}
    for name, value in attributes.items():
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise InvalidAction(f"{kind} has no field {name!r}; its fields: {there}", path=("attributes", name))
        _check(name, value, known[name].kind)
    for field in fields:
        if field.required and field.name not in attributes:
            raise InvalidAction(f"{kind} needs {field.name}", path=("attributes", field.name))
    return dict(attributes)


def _check(name: str, value: Attribute, kind: FieldKind) -> None:
    wanted, words = HELD[kind]
    sound = type(value) is wanted
    if isinstance(value, str):
        words = f"a text of 1 to {LONGEST_TEXT} printable characters"
        sound = sound and 0 < len(value) <= LONGEST_TEXT and value.isprintable()
    elif isinstance(value, datetime):
        sound = sound and value.tzinfo is not None
    elif not isinstance(value, bool):
        words = f"{words} of at most {LARGEST_WHOLE}"
        sound = sound and abs(value) <= LARGEST_WHOLE
    if not sound:
        raise InvalidAction(f"{name} is {words}", path=("attributes", name))


async def types_of(session: ReadSession, partner_id: PartnerId) -> list[ActionType]:
    """The types that a partner may record, its own last."""
    own = select(ActionTypeRow).where(
        col(ActionTypeRow.partner_id) == partner_id,
        col(ActionTypeRow.retired_at).is_(None),
        concerning(sight_of(session), col(ActionTypeRow.partner_id)),
    )
    rows = await session.scalars(own.order_by(col(ActionTypeRow.name)))
    known = [ActionType(name, fields, own=False) for name, fields in BUILT_IN.items()]
    return [*known, *(ActionType(row.name, _read(row.fields), own=True) for row in rows)]


async def define(
    session: WriteSession, partner_id: PartnerId, name: str, fields: Sequence[ActionField], *, now: datetime
) -> ActionType:
    """Let a partner record a type of its own; asked again with the same fields it is the same type.

    A retired type can be defined anew. What a type in use carries never changes: campaigns ask for it.
    Raises: InvalidActionType, ActionTypeTaken.
    """
    made = ActionType(name, tuple(fields), own=True)
    if name in BUILT_IN:
        raise ActionTypeTaken(name)
    stored = [{"name": one.name, "kind": one.kind.value, "required": one.required} for one in made.fields]
    values = {"partner_id": partner_id, "name": name, "fields": stored, "defined_at": now}
    taken = insert(ActionTypeRow).values(**values, retired_at=None)
    anew = taken.on_conflict_do_update(
        index_elements=["partner_id", "name"],
        set_={"fields": stored, "defined_at": now, "retired_at": None},
        where=col(ActionTypeRow.retired_at).is_not(None),
    )
    await session.execute(anew)
    standing = await types_of(session, partner_id)
    if made not in standing:
        raise ActionTypeTaken(name)
    if sum(one.own for one in standing) > MOST_TYPES:
        raise InvalidActionType(f"a partner has at most {MOST_TYPES} types; retire one first", path=("name",))
    return made


async def retire(session: WriteSession, partner_id: PartnerId, name: str, *, now: datetime) -> ActionType:
    """Let a partner's own type be recorded no more. Raises: ActionTypeNotFound."""
    standing = next((one for one in await types_of(session, partner_id) if one.own and one.name == name), None)
    if standing is None:
        raise ActionTypeNotFound
    own = (col(ActionTypeRow.partner_id) == partner_id) & (col(ActionTypeRow.name) == name)
    await session.execute(update(ActionTypeRow).where(own).values(retired_at=now))
    return standing


async def fields_in_use(pool: Pool, partner_ids: Collection[PartnerId]) -> dict[tuple[PartnerId, str], Fields]:
    """The fields of partners' own types, for the intake."""
    rows = await pool.fetch(_IN_USE, list(partner_ids))
    return {(row["partner_id"], row["name"]): _read(orjson.loads(row["fields"])) for row in rows}


def _read(stored: Sequence[Mapping[str, Any]]) -> Fields:
    return tuple(ActionField(one["name"], FieldKind(one["kind"]), one["required"]) for one in stored)
