"""A coalition whose members are told things, and a mailer that remembers what it handed over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.ids import PartnerId
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import KnownMember
from domain.messages import addresses, queries
from domain.messages.models import Message
from domain.messages.preferring import Preferences, prefer
from domain.paging import PageRequest
from domain.storage import Database
from hansa.messaging import Teller, Told
from partners.mail import Mail
from partners.standing import SERVER
from tests.builders.graphql import KEYS
from tests.builders.ledger import Books, a_ledger
from tests.builders.members import agree, being, seeing

ISSUER = "https://hansa.example"
MEMBERS = MemberKeys(lookup=KEYS.lookups, personal=KEYS.personal_data)


@dataclass
class Box:
    """A mail server that takes what it is given, unless it is told what to say."""

    mails: list[Mail] = field(default_factory=list)
    says: list[Exception] = field(default_factory=list)
    """What it says to the next mails, in turn, in place of taking them."""

    async def send(self, mail: Mail) -> None:
        """Take a mail."""
        if self.says:
            raise self.says.pop(0)
        self.mails.append(mail)


@dataclass
class Post:
    """The coalition, its books, and the worker that tells."""

    books: Books
    box: Box
    real: datetime

    @property
    def now(self) -> datetime:
        """The coalition's time."""
        return self.books.now

    @property
    def database(self) -> Database:
        """Where all of it is kept."""
        return self.books.database

    def teller(self) -> Teller:
        """A worker's."""
        return Teller(database=self.database, keys=KEYS, mailer=self.box, issuer=ISSUER, clock=lambda: self.real)

    async def tell(self) -> Told:
        """One turn of a worker."""
        return await self.teller().tell(now=self.now)

    def passes(self, time: timedelta) -> None:
        """Time goes by, for the coalition and outside."""
        self.books.now += time
        self.real += time

    async def member(
        self, *, mail: bool = True, offers: bool = False, prefers: Preferences | None = None, **told: Any
    ) -> KnownMember:
        """Somebody joins, with a verified address unless said otherwise."""
        number = next(self.books.numbers)
        email = f"member{number}@example.org"
        command = EnrolMember(
            partner_id=PartnerId(self.books.shop.partner_id),
            idempotency_key=f"joins-{number:04}",
            identifiers=(Identifier.email(email),),
            details=PersonalDetails(**{"name": "Līga Ozola", "language": "lv", "email": email} | told),
        )
        who = (await enrol(self.books.pool, command, keys=MEMBERS, now=self.now)).member
        if mail:
            async with seeing(self.database, SERVER) as session:
                await addresses.verify(session, who.member_id, email, key=KEYS.lookups, now=self.now)
        if offers:
            await agree(self.database, who, self.books.shop, ConsentPurpose.OFFERS, now=self.now)
        if prefers is not None:
            await self.prefers(who, prefers)
        return who

    async def prefers(self, who: KnownMember, preferences: Preferences) -> None:
        """A member says what it wants."""
        async with being(self.database, who) as session:
            await prefer(session, who.wallet_id, who.member_id, preferences, now=self.now)

    async def inbox(self, who: KnownMember) -> list[Message]:
        """What a member finds, the oldest first."""
        async with being(self.database, who) as session:
            found = await queries.inbox(session, who.wallet_id, who.member_id, PageRequest(first=100))
        return found.items[::-1]

    async def topics(self, who: KnownMember) -> list[str]:
        """The topics of what a member finds, sorted."""
        return sorted(message.topic for message in await self.inbox(who))

    async def states(self) -> list[str]:
        """Where the mails stand."""
        rows = await self.books.owner.fetch("SELECT state FROM message_mail ORDER BY made_at, mail_id")
        return [row["state"] for row in rows]


@asynccontextmanager
async def a_post(database: Database, url: str) -> AsyncIterator[Post]:
    """A coalition that tells its members."""
    async with a_ledger(database, url) as books:
        yield Post(books=books, box=Box(), real=books.now)
