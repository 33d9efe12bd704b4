"""What tests of events share: who is told of what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from domain.events import queries, sequencing
from domain.events.models import Event, EventKind
from domain.members import consents
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember
from domain.storage import COALITION, Database, ReadSession, Sight, WriteSession
from tests.builders.ledger import Books

REAL = datetime(2026, 11, 22, 9, tzinfo=UTC)
"""The real time at which events get their numbers."""
EVERY = frozenset(EventKind)


async def numbered(database: Database, *, most: int = sequencing.MOST, now: datetime = REAL) -> list[Event]:
    """One batch of numbers."""
    async with database.session(COALITION) as session, session.begin():
        return await sequencing.sequence(WriteSession(ReadSession(session)), most=most, now=now)


async def all_numbered(database: Database, *, now: datetime = REAL) -> None:
    """Everything that happened has a number."""
    while await numbered(database, now=now):
        pass


async def following(database: Database, partner_id: UUID, *, after: int = 0, most: int = 1_000) -> list[Event]:
    """What a partner reads after a number."""
    async with database.session(Sight.partner(partner_id)) as session:
        return await queries.following(ReadSession(session), partner_id, after=after, most=most)


async def told(
    books: Books, partner_id: UUID, who: KnownMember, kinds: Collection[EventKind] = EVERY
) -> list[EventKind]:
    """What a partner has been told of a member's wallet, in order, by its entries."""
    await all_numbered(books.database)
    events = await following(books.database, partner_id)
    own = [event for event in events if event.wallet_id == who.wallet_id and event.sequence is not None]
    return [kind for event in own if (kind := event.told_as(kinds)) is not None]


async def allow(
    books: Books, who: KnownMember, partner_id: UUID, *purposes: ConsentPurpose, until: datetime | None = None
) -> None:
    """A member agrees itself."""
    async with books.database.session(Sight.member(who.member_id)) as session, session.begin():
        wanted = purposes or (ConsentPurpose.BALANCE,)
        writing = WriteSession(ReadSession(session))
        await consents.give(writing, who.member_id, partner_id, wanted, text_version=1, until=until, now=books.now)


async def forbid(books: Books, who: KnownMember, partner_id: UUID) -> None:
    """A member takes back that its balance is seen."""
    async with books.database.session(Sight.member(who.member_id)) as session, session.begin():
        writing = WriteSession(ReadSession(session))
        await consents.revoke(writing, who.member_id, partner_id, ConsentPurpose.BALANCE, now=books.now)
