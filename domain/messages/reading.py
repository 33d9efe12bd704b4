"""An inbox in words: what a member was told, in the language it reads, with days as they are where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.coalition.founding import coalition_of
from domain.languages import spoken
from domain.messages import addresses, queries, staff
from domain.messages.models import Message, PartnerMessage
from domain.messages.preferring import preferences_of
from domain.messages.telling import said_to_member, said_to_staff
from domain.messages.templates import Said
from domain.messages.topics import StaffTopic, Topic
from domain.paging import Page, PageRequest
from domain.storage import ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A member that reads its inbox."""

    wallet_id: UUID
    member_id: UUID
    personal_key: bytes = field(repr=False)
    """Opens what it told of itself, its language among it."""
    asked: str | None = None
    """The language it asks for this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something to be known, with its label."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message in words."""

    message_id: UUID
    subject: str
    lead: str
    facts: Sequence[Fact]
    closing: str
    text: str
    language: str
    occurred_at: datetime
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxMessage(Told):
    """A message to a member in words."""

    topic: Topic
    partner_id: UUID | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMessage(Told):
    """A message to a partner's people in words."""

    topic: StaffTopic


async def inbox(session: ReadSession, reader: Reader, request: PageRequest, *, unread: bool) -> Page[InboxMessage]:
    """What a member was told, the newest first; with its own sight."""
    page = await queries.inbox(session, reader.wallet_id, reader.member_id, request, unread=unread)
    language, zone = await _manner(session, reader)
    return Page(items=[_in_inbox(one, language, zone) for one in page.items], keys=page.keys, has_next=page.has_next)


async def shown(session: ReadSession, reader: Reader, message: Message) -> InboxMessage:
    """One message in words; with the member's own sight."""
    return _in_inbox(message, *await _manner(session, reader))


async def to_staff(
    session: ReadSession, topics: Sequence[StaffTopic], request: PageRequest, *, language: str
) -> Page[StaffMessage]:
    """What the viewer's partner was told of these topics, the newest first."""
    page = await staff.page(session, topics, request)
    zone = ZoneInfo((await coalition_of(session)).time_zone)
    return Page(
        items=[_to_staff(one, spoken(language), zone) for one in page.items], keys=page.keys, has_next=page.has_next
    )


async def _manner(session: ReadSession, reader: Reader) -> tuple[str, ZoneInfo]:
    """The language a member reads, and where its days are."""
    wants = await preferences_of(session, reader.wallet_id, reader.member_id)
    told = await addresses.details_of(session, reader.member_id, key=reader.personal_key)
    zone = wants.zone(ZoneInfo((await coalition_of(session)).time_zone))
    return spoken(reader.asked or wants.language or told.language), zone


def _in_inbox(message: Message, language: str, zone: ZoneInfo) -> InboxMessage:
    return InboxMessage(
        **_words(said_to_member(message, language=language, zone=zone), message, language),
        topic=Topic(message.topic),
        partner_id=message.partner_id,
        read_at=message.read_at,
    )


def _to_staff(message: PartnerMessage, language: str, zone: ZoneInfo) -> StaffMessage:
    said = said_to_staff(message, language=language, zone=zone)
    return StaffMessage(**_words(said, message, language), topic=StaffTopic(message.topic))


def _words(said: Said, message: Message | PartnerMessage, language: str) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "subject": said.subject,
        "lead": said.lead,
        "facts": [Fact(label=label, value=value) for label, value in said.facts],
        "closing": said.closing,
        "text": said.text,
        "language": language,
        "occurred_at": message.occurred_at,
        "written_at": message.written_at,
    }
