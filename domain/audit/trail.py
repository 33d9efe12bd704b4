"""The audit trail: who did what to whose access, recorded in the transaction of what it tells.

One chain of hashes holds all lines together, in the canonical form 'hansa-trail-1'. The database computes it as it
appends; here it is worked out anew from the rows alone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import col, select

from domain.audit.canonical import FIELD, Row, text_of
from domain.audit.errors import TrailLineNotFound
from domain.audit.findings import Finding, Wrong
from domain.audit.models import Action, ActorKind, SubjectKind, TrailLine
from domain.audit.reading import Connection
from domain.ids import PartnerId, new_id
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, WriteSession, concerning, sight_of

FORM = "hansa-trail-1"
FIELDS = (
    "number",
    "line_id",
    "partner_id",
    "actor",
    "actor_id",
    "actor_partner_id",
    "action",
    "subject",
    "subject_id",
    "facts",
    "recorded_at",
)
LINES_AT_ONCE = 1_000
LONGEST_WORD = 200

Fact: TypeAlias = str | int | bool | Sequence[str]

_WORD = re.compile(rf"[^\s@]{{1,{LONGEST_WORD}}}")

_LINES = """
SELECT number, line_id, partner_id, actor, actor_id, actor_partner_id, action, subject, subject_id,
    facts::text AS facts, recorded_at, hash
FROM trail_line WHERE number > $1 ORDER BY number LIMIT $2
"""

_RECORD = text(
    "SELECT record_line(:line_id, :partner_id, :actor, :actor_id, :actor_partner_id, :action, :subject, :subject_id,"
    " CAST(:facts AS jsonb), :at)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it, and as what partner."""

    kind: ActorKind
    id: UUID | None = None
    """The person, client or member; a member by the partner's own id, where the line is a partner's to see."""
    partner_id: PartnerId | None = None
    """The partner that the actor acted as; None: the coalition, a member, or the server."""


COMMAND_LINE = Actor(kind=ActorKind.COMMAND_LINE)
SERVER = Actor(kind=ActorKind.SERVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is to be told: who did what to what.

    Facts are words, numbers and lists of words: names of scopes, roles and methods. No secret belongs in them and
    nothing about a person, so what has a space or an @ in it is no fact.
    """

    actor: Actor
    action: Action
    subject: SubjectKind
    subject_id: UUID | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    partner_id: PartnerId | None = None
    """The partner whose affair it is, and who sees the line; the actor's own unless said."""

    def __post_init__(self) -> None:
        words = [word for fact in self.facts.values() for word in _words(fact)]
        assert all(_WORD.fullmatch(word) for word in words), f"these are no facts of a trail: {sorted(self.facts)}"

    @property
    def whose(self) -> PartnerId | None:
        """The partner whose affair it is."""
        return self.partner_id or self.actor.partner_id


async def record(session: WriteSession, line: Line, *, now: datetime) -> UUID:
    """Append a line in the transaction of what it tells; `now` is the real time. Other lines wait until it ends."""
    line_id = new_id()
    said = {
        "line_id": line_id,
        "partner_id": line.whose,
        "actor": line.actor.kind.value,
        "actor_id": line.actor.id,
        "actor_partner_id": line.actor.partner_id,
        "action": line.action.value,
        "subject": line.subject.value,
        "subject_id": line.subject_id,
        "facts": orjson.dumps({name: _plain(fact) for name, fact in line.facts.items()}).decode(),
        "at": now,
    }
    await session.flush()  # what the line tells is refused before others wait for the line
    await session.execute(_RECORD, said)
    return line_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines are asked for; all of them, where nothing is said."""

    actions: Sequence[Action] = ()
    actor_id: UUID | None = None
    subject_id: UUID | None = None
    partner_id: PartnerId | None = None
    since: datetime | None = None
    until: datetime | None = None


async def lines(session: ReadSession, wanted: Wanted, page: PageRequest) -> Page[TrailLine]:
    """The lines that the viewer may see, newest first."""
    query = select(TrailLine).where(concerning(sight_of(session), col(TrailLine.partner_id)))
    if wanted.actions:
        query = query.where(col(TrailLine.action).in_([action.value for action in wanted.actions]))
    for column, value in (
        (TrailLine.actor_id, wanted.actor_id),
        (TrailLine.subject_id, wanted.subject_id),
        (TrailLine.partner_id, wanted.partner_id),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    if wanted.since is not None:
        query = query.where(col(TrailLine.recorded_at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(TrailLine.recorded_at) < wanted.until)
    if page.after is not None:
        query = query.where(col(TrailLine.number) < page.after[0])
    rows = await session.scalars(query.order_by(col(TrailLine.number).desc()).limit(page.first + 1))
    return Page.of(list(rows), page, lambda row: (row.number,))


async def by_id(session: ReadSession, line_id: UUID) -> TrailLine:
    """A line that the viewer may see. Raises: TrailLineNotFound."""
    line = await session.scalar(
        select(TrailLine).where(
            col(TrailLine.line_id) == line_id, concerning(sight_of(session), col(TrailLine.partner_id))
        )
    )
    if line is None:
        raise TrailLineNotFound
    return line


def genesis() -> bytes:
    """The head of a trail that has no line yet."""
    return sha256(FORM.encode()).digest()


def link(previous: bytes, line: Row) -> bytes:
    """The hash of a line: over the hash before it and its canonical form, its facts as the database writes them."""
    return sha256(previous + FIELD.join((FORM, *(text_of(line[name]) for name in FIELDS))).encode()).digest()


async def broken(connection: Connection) -> tuple[int, list[Finding]]:
    """How many lines there are, and where the chain does not hold: a line changed, taken out or put in."""
    count, number, head, found = 0, 0, genesis(), list[Finding]()
    async for line in _read(connection):
        count, number = count + 1, number + 1
        if line["number"] != number:
            found.append(_about(f"line {number} is missing: the next is {line['number']}"))
            number = line["number"]
        elif link(head, line) != line["hash"]:
            found.append(
                _about(f"line {number} ({line['line_id']}) is not what was recorded, or the one before is not")
            )
        head = line["hash"]
    kept = await connection.fetchrow("SELECT number, hash FROM trail_head WHERE form = $1", FORM)
    if kept is None or (kept["number"], kept["hash"]) != (number, head):
        found.append(_about(f"the trail ends at line {number}, not where it was left"))
    return count, found


async def _read(connection: Connection) -> AsyncIterator[Row]:
    after = 0
    while True:
        lines = await connection.fetch(_LINES, after, LINES_AT_ONCE)
        for line in lines:
            yield line
        if len(lines) < LINES_AT_ONCE:
            return
        after = lines[-1]["number"]


def _about(what: str) -> Finding:
    return Finding(wrong=Wrong.TRAIL_BROKEN, what=what)


def _words(fact: Fact) -> list[str]:
    if isinstance(fact, str):
        return [fact]
    return [] if isinstance(fact, int) else list(fact)


def _plain(fact: Fact) -> Fact:
    return fact if isinstance(fact, str | int) else sorted(fact)
