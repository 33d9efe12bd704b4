"""What a mail says at the moment it goes: what is still wanted, allowed and addressed, in its reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from domain.languages import spoken
from domain.members import consents
from domain.members.models import ConsentPurpose
from domain.messages import addresses
from domain.messages.delivering import Taken
from domain.messages.models import Message, PartnerMessage
from domain.messages.preferring import Preferences, next_at, preferences_of
from domain.messages.telling import said_to_member
from domain.messages.templates import Said
from domain.messages.topics import TOPICS, Topic
from domain.storage import ReadSession

NOT_WANTED = "not wanted any more"
NO_ADDRESS = "no address that mail may go to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A mail to a member that may go now."""

    to: str = field(repr=False)
    name: str | None = field(repr=False)
    language: str
    said: Sequence[Said]
    topic: Topic | None
    """What ends with its link; None for a digest."""


@dataclass(frozen=True, slots=True)
class Later:
    """It has come to quiet hours; it goes after them."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Never:
    """It does not go, and why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberKeys:
    """What opens a member's details, and finds its addresses."""

    personal: bytes
    lookups: bytes


async def for_member(
    session: ReadSession, mail: Taken, *, keys: MemberKeys, zone: ZoneInfo, now: datetime
) -> Ready | Later | Never:
    """What a mail to a member says now; read with that member's own sight."""
    assert mail.wallet_id is not None
    assert mail.member_id is not None
    wants = await preferences_of(session, mail.wallet_id, mail.member_id)
    messages = [one for one in await _messages(session, mail) if await _goes(session, one, wants, mail.member_id)]
    if not messages:
        return Never(NOT_WANTED)
    local = now.astimezone(wants.zone(zone))
    if wants.quiet.covers(local.time()):
        return Later(next_at(now, wants.quiet.until, wants.zone(zone)))
    told = await addresses.details_of(session, mail.member_id, key=keys.personal)
    if told.email is None or not await addresses.may_go_to(session, mail.member_id, told.email, key=keys.lookups):
        return Never(NO_ADDRESS)
    language = spoken(wants.language, told.language)
    return Ready(
        to=told.email,
        name=told.name,
        language=language,
        said=[said_to_member(one, language=language, zone=wants.zone(zone)) for one in messages],
        topic=None if mail.digest else Topic(messages[0].topic),
    )


async def staff_message(session: ReadSession, message_id: UUID) -> PartnerMessage | None:
    """The message to a partner's people that a mail tells."""
    return await session.scalar(select(PartnerMessage).where(col(PartnerMessage.message_id) == message_id))


async def _messages(session: ReadSession, mail: Taken) -> Sequence[Message]:
    found = select(Message).where(col(Message.mail_id) == mail.mail_id, col(Message.member_id) == mail.member_id)
    return (await session.scalars(found.order_by(col(Message.written_at), col(Message.occurred_at)))).all()


async def _goes(session: ReadSession, message: Message, wants: Preferences, member_id: UUID) -> bool:
    """Whether a message may still be mailed; a consent may have been taken back since it was written."""
    topic = Topic(message.topic)
    if not wants.of(topic).mail:
        return False
    if not TOPICS[topic].marketing:
        return True
    if message.partner_id is None:
        return False
    return ConsentPurpose.OFFERS in await consents.standing(session, member_id, message.partner_id)
