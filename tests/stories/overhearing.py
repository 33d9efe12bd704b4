"""Overhears what a story asks of a server, and asks it again as somebody whom it is none of the business."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from domain.coalition.models import Partner
from domain.errors import NotFound
from domain.ids import MemberId, PartnerId, PersonId, WalletId, new_id
from domain.storage import COALITION, Database
from partners.keys import derive
from partners.scopes import EVERY_SCOPE
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from resolvers.global_ids import GlobalIds
from resolvers.seals import perspective_of, seal_of
from schema.documents import Rejected
from schema.execution import Engine, Ready, Request, refused
from schema.root import product
from tests.builders.coalition import BEFORE, a_partner
from tests.builders.served import SECRET

GLOBAL_ID = re.compile(r"([A-Z][A-Za-z]+)_[A-Za-z0-9_-]{20,}")
KNOWN_TO_ALL = {"Partner", "Outlet", "Cycle", "ProductReview", "ProductReviewComment", "MyCourse"}
PLAIN_NAMES = {"externalId", "receiptNumber"}
"""A partner's own words for things; a card is none, since whoever is shown it may use it."""
OF_EACH = 3
"""How often one document is asked again, with other variables."""

KEYS = derive(SECRET.encode())
ENGINE = Engine(product())

Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """An operation, and who asked."""

    viewer: Viewer
    request: Request


@dataclass
class Overheard:
    """All operations of a story."""

    heard: list[Heard] = field(default_factory=list)

    def naming(self) -> Iterator[Heard]:
        """Those that name something of their viewer's own."""
        often: Counter[str] = Counter()
        for one in self.heard:
            if often[one.request.text] < OF_EACH and _private(one.viewer, one.request.variables):
                often[one.request.text] += 1
                yield one


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Listen to every server of this process; they answer as ever."""
    overheard, ready = Overheard(), Engine.ready

    def listening(engine: Engine, request: Request, viewer: Viewer) -> Ready:
        overheard.heard.append(Heard(viewer, request))
        return ready(engine, request, viewer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "ready", listening)
        yield overheard


async def listeners_in(database: Database) -> list[Viewer]:
    """Another partner and another member, who may do everything that anybody may."""
    async with database.session(COALITION) as session:
        settled = await session.scalar(text("SELECT settled_until()"))
    people = PersonId(new_id()), PersonId(new_id())
    name = f"rival-{new_id().hex[-12:]}"
    rival: Partner = await a_partner(database, name, people=people, valid_from=settled or BEFORE)
    return [
        Viewer(audience=Audience.PARTNER, partner_id=PartnerId(rival.partner_id), scopes=EVERY_SCOPE),
        Viewer(
            audience=Audience.MEMBER, member_id=MemberId(new_id()), wallet_id=WalletId(new_id()), scopes=EVERY_SCOPE
        ),
    ]


async def told_apart(database: Database, overheard: Overheard, listeners: list[Viewer]) -> list[str]:
    """Where somebody learns more by another's names than by names that nobody has."""
    found = []
    for one in list(overheard.naming()):
        for listener in listeners:
            answers = [await _asked(database, listener, one, how) for how in ("unknown", "stolen", "forged")]
            found += [f"{one.request.text[:80]}: {text} and not {answers[0]}" for text in answers if text != answers[0]]
    return found


async def answer_of(database: Database, one: Heard, how: str) -> str:
    """What the viewer itself is told, by its own names (stolen) or by names that nobody has (unknown)."""
    return await _asked(database, one.viewer, one, how)


async def _asked(database: Database, listener: Viewer, one: Heard, how: str) -> str:
    variables = Renaming(one.viewer, listener, how).of(one.request.variables)
    try:
        request = Request(one.request.text, variables, one.request.operation_name)
        ready = ENGINE.ready(request, listener)
    except Rejected as rejected:
        return orjson.dumps(refused(rejected, request_id="same").body).decode()
    async with Context(viewer=listener, database=database, clock=lambda: datetime.now(UTC), keys=KEYS) as context:
        async for answer in ENGINE.stream(ready, context, request_id="same"):
            return orjson.dumps(answer.body).decode()
    return "nothing"


@dataclass
class Renaming:
    """Variables of one viewer in a listener's mouth: the very same (stolen), forged, or naming what nobody has."""

    viewer: Viewer
    listener: Viewer
    how: str
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def of(self, value: Any, name: str = "") -> Any:
        """A value with its names exchanged."""
        match value:
            case Mapping():
                return {key: self.of(held, _told(key, value)) for key, held in value.items()}
            case list():
                return [self.of(held, name) for held in value]
            case str() if name == "idempotencyKey":
                return f"{value} {self.how} {self.listener.audience}"
            case str() if is_private(self.viewer, name, value):
                return value if self.how == "stolen" else self._exchanged(value)
            case str():
                return self.forged(value)
            case _:
                return value

    def _exchanged(self, value: str) -> str:
        return self.forged(value) if self.how == "forged" else self.nobodys(value)

    def forged(self, value: str) -> str:
        """The same thing as the listener would name it, had it ever been told."""
        keys = _keys(self.viewer, value)
        return ids_of(self.listener).encode(value.partition("_")[0], *keys) if keys else value

    def nobodys(self, value: str) -> str:
        """What nobody has, in the listener's own words."""
        keys = _keys(self.viewer, value)
        if not keys:
            return "".join(self.chance.choices("0123456789", k=len(value)))
        nobodys = (UUID(int=self.chance.getrandbits(128), version=4) for _ in keys)
        return ids_of(self.listener).encode(value.partition("_")[0], *nobodys)


def is_private(viewer: Viewer, name: str, value: str) -> bool:
    """Whether a text names something of the viewer's own."""
    return name in PLAIN_NAMES or (bool(_keys(viewer, value)) and value.partition("_")[0] not in KNOWN_TO_ALL)


def _private(viewer: Viewer, value: Any, name: str = "") -> bool:
    match value:
        case Mapping():
            return any(_private(viewer, held, _told(key, value)) for key, held in value.items())
        case list():
            return any(_private(viewer, held, name) for held in value)
        case str():
            return is_private(viewer, name, value)
        case _:
            return False


def _told(name: str, within: Mapping[str, Any]) -> str:
    """As what a field counts: a number given to a new member names nothing yet, one alone finds a member."""
    return "number given" if name == "externalId" and len(within) > 1 else name


def _keys(viewer: Viewer, value: str) -> tuple[UUID, ...]:
    """What a global id of the viewer's names; nothing, for any other text."""
    matched = GLOBAL_ID.fullmatch(value)
    try:
        return ids_of(viewer).decode(matched.group(1), value) if matched else ()
    except NotFound:
        return ()


def ids_of(viewer: Viewer) -> GlobalIds:
    """The ids by which a viewer knows things."""
    return GlobalIds(seal_of(KEYS.global_ids, perspective_of(viewer)))
