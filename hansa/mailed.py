"""One mail, from what it says now to the mail server's answer; each step is written down before the next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import LegalEntity, Partner
from domain.languages import spoken
from domain.messages import addresses, composing, delivering
from domain.messages.composing import NOT_WANTED, Later, MemberKeys, Never, Ready
from domain.messages.delivering import Taken
from domain.messages.letters import Letter
from domain.messages.staff import unmailed_topics
from domain.messages.telling import said_to_staff
from domain.messages.topics import StaffTopic
from domain.storage import COALITION, Database, ReadSession, Sight, WriteSession
from partners.keys import Keys
from partners.mail import Mail, Mailer, MailRefused
from partners.people.models import Person
from partners.people.telling import may_read
from partners.unsubscribing import Ending, address_of

log = structlog.get_logger("hansa.worker")

MEMBERS_PAGE, STAFF_PAGE = "/app/", "/console/"


@dataclass(frozen=True, kw_only=True)
class Postman:
    """Puts mails together and hands them over."""

    database: Database
    keys: Keys
    mailer: Mailer
    issuer: str
    zone: ZoneInfo

    async def deliver(self, mail: Taken, *, now: datetime, clock: Callable[[], datetime]) -> bool:
        """One mail to its end, its next attempt or its new time; whether it was handed over."""
        found = await (self._for_member(mail, now) if mail.member_id else self._for_person(mail))
        if isinstance(found, Later):
            async with self._transaction() as session:
                await delivering.postpone(session, mail, found.due_at)
            return False
        if isinstance(found, Never):
            async with self._transaction() as session:
                await delivering.drop(session, mail, found.reason, really=clock())
            return False
        async with self._transaction() as session:
            held = await delivering.begin(session, mail, really=clock())
        return held and await self._handed_over(mail, found, clock)

    async def _handed_over(self, mail: Taken, letter: Mail, clock: Callable[[], datetime]) -> bool:
        try:
            await self.mailer.send(letter)
        except MailRefused as refused:
            await self._refused(mail, letter.to, str(refused), clock())
            return False
        except OSError as problem:
            async with self._transaction() as session:
                await delivering.fail(session, mail, str(problem), really=clock())
            log.warning("A mail could not be sent; it is tried again", mail=str(mail.mail_id), problem=str(problem))
            return False
        async with self._transaction() as session:
            await delivering.succeed(session, mail, really=clock())
        return True

    async def _refused(self, mail: Taken, to: str, problem: str, really: datetime) -> None:
        if mail.member_id is not None:
            async with self._transaction(Sight.member(mail.member_id)) as session:
                await addresses.refuse(session, mail.member_id, to, problem, key=self.keys.lookups, now=really)
        async with self._transaction() as session:
            await delivering.refuse(session, mail, problem, really=really)

    async def _for_member(self, mail: Taken, now: datetime) -> Mail | Later | Never:
        assert mail.member_id is not None
        keys = MemberKeys(personal=self.keys.personal_data, lookups=self.keys.lookups)
        async with self._transaction(Sight.member(mail.member_id)) as session:
            house = (await coalition_of(session)).name
            found = await composing.for_member(session, mail, keys=keys, zone=self.zone, now=now)
        if not isinstance(found, Ready):
            return found
        ending = Ending(topic=found.topic, wallet_id=mail.wallet_id, member_id=mail.member_id)
        unsubscribe = address_of(ending, issuer=self.issuer, key=self.keys.messages)
        letter = Letter(
            language=found.language,
            house=house,
            name=found.name,
            said=found.said,
            account=f"{self.issuer}{MEMBERS_PAGE}",
            unsubscribe=unsubscribe,
        )
        return _mail(letter, mail.mail_id, found.to)

    async def _for_person(self, mail: Taken) -> Mail | Never:
        assert mail.person_id is not None
        assert mail.message_id is not None
        async with self._transaction() as session:
            house = (await coalition_of(session)).name
            person = await session.get(Person, mail.person_id)
            message = await composing.staff_message(session, mail.message_id)
            partner = await session.get(Partner, mail.partner_id)
            unmailed = await unmailed_topics(session, [mail.person_id])
            language = await self._language(session, mail.partner_id)
        if person is None or message is None or partner is None or not may_read(person, StaffTopic(message.topic)):
            return Never(NOT_WANTED)
        if message.topic in unmailed.get(person.person_id, ()):
            return Never(NOT_WANTED)
        ending = Ending(topic=message.topic, partner_id=mail.partner_id, person_id=mail.person_id)
        letter = Letter(
            language=language,
            house=house,
            name=person.name,
            works_for=partner.name,
            said=[said_to_staff(message, language=language, zone=self.zone)],
            account=f"{self.issuer}{STAFF_PAGE}",
            unsubscribe=address_of(ending, issuer=self.issuer, key=self.keys.messages),
        )
        return _mail(letter, mail.mail_id, person.email)

    @staticmethod
    async def _language(session: ReadSession, partner_id: UUID | None) -> str:
        """The language in which the partner's company is written to."""
        company = select(LegalEntity.language).where(col(LegalEntity.partner_id) == partner_id).limit(1)
        return spoken(await session.scalar(company))

    @asynccontextmanager
    async def _transaction(self, sight: Sight = COALITION) -> AsyncIterator[WriteSession]:
        async with self.database.session(sight) as session, session.begin():
            yield WriteSession(ReadSession(session))


def _mail(letter: Letter, mail_id: UUID, to: str) -> Mail:
    return Mail(
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=mail_id,
        unsubscribe=letter.unsubscribe,
    )
