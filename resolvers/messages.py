"""Messages, as members and partners' people read them and choose them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.languages import spoken
from domain.messages import overriding, preferring, queries, reading
from domain.messages.models import MessageTemplate
from domain.messages.overriding import OwnWords
from domain.messages.preferring import Preferences, Quiet, Ways
from domain.messages.reading import InboxMessage, Reader, StaffMessage
from domain.messages.samples import SAMPLES
from domain.messages.telling import said
from domain.messages.templates import Said
from domain.messages.topics import Topic
from domain.paging import Page, PageRequest
from partners.people.telling import readable
from resolvers import coalition
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner
from resolvers.watching import message_watch_of

MOST_COUNTED = 1_000
"""Unread messages are counted up to here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a member changes of its preferences; None: stays as it is."""

    ways: Mapping[Topic, Ways]
    digest: bool | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    time_zone: str | None = None
    language: str | None = None


async def inbox(ctx: Context, page: PageRequest, *, unread: bool, language: str | None) -> Page[InboxMessage]:
    """The asking member's inbox. Raises: WrongAudience."""
    return await ctx.read(reading.inbox, _reader(ctx, language), page, unread=unread)


async def unread(ctx: Context) -> int:
    """How many messages the asking member has not read, up to a thousand. Raises: WrongAudience."""
    return await ctx.read(queries.count_unread, *acting_member(ctx.viewer), most=MOST_COUNTED)


async def unread_changes(ctx: Context) -> AsyncGenerator[int]:
    """The same, and again whenever it is another number. Raises: WrongAudience."""
    wallet_id, _ = acting_member(ctx.viewer)
    watch, bell, told = message_watch_of(ctx.database), asyncio.Event(), -1
    watch.begin(wallet_id, bell)
    try:
        while True:
            bell.clear()
            count = await unread(ctx)
            if count != told:
                told = count
                yield count
            await bell.wait()
    finally:
        watch.end(wallet_id, bell)


async def mark_read(ctx: Context, message_id: UUID) -> InboxMessage:
    """Mark one as read. Raises: WrongAudience, MessageNotFound."""
    marked = await ctx.write(queries.mark_read, *acting_member(ctx.viewer), message_id, now=ctx.now)
    return await ctx.read(reading.shown, _reader(ctx, None), marked)


async def mark_all_read(ctx: Context, written_by: datetime | None) -> int:
    """Mark all that was written by then as read, or all; how many were not. Raises: WrongAudience."""
    member = acting_member(ctx.viewer)
    return await ctx.write(queries.mark_all_read, *member, written_by=written_by, now=ctx.now)


async def preferences(ctx: Context) -> Preferences:
    """What the asking member wants. Raises: WrongAudience."""
    return await ctx.read(preferring.preferences_of, *acting_member(ctx.viewer))


async def prefer(ctx: Context, wishes: Wishes) -> Preferences:
    """Change what the asking member wants. Raises: WrongAudience, InvalidPreferences."""
    had = await preferences(ctx)
    quiet = Quiet(
        since=had.quiet.since if wishes.quiet_from is None else wishes.quiet_from,
        until=had.quiet.until if wishes.quiet_until is None else wishes.quiet_until,
    )
    wants = Preferences(
        ways={**had.ways, **wishes.ways},
        digest=had.digest if wishes.digest is None else wishes.digest,
        quiet=quiet,
        time_zone=wishes.time_zone or had.time_zone,
        language=wishes.language or had.language,
    )
    return await ctx.write(preferring.prefer, *acting_member(ctx.viewer), wants, now=ctx.now)


async def to_partner(ctx: Context, page: PageRequest, *, language: str) -> Page[StaffMessage]:
    """What the asking partner's people are told, as far as the viewer's scopes go. Raises: WrongAudience."""
    acting_partner(ctx.viewer)
    topics = sorted(readable(ctx.viewer.scopes))
    return await ctx.read(reading.to_staff, topics, page, language=language)


async def templates(ctx: Context) -> Sequence[MessageTemplate]:
    """The asking partner's own words. Raises: WrongAudience."""
    return await ctx.read(overriding.own_words, acting_partner(ctx.viewer))


async def put_template(ctx: Context, words: OwnWords) -> MessageTemplate:
    """Say something in the partner's own words. Raises: WrongAudience."""
    return await ctx.write(overriding.put, acting_partner(ctx.viewer), words, now=ctx.now)


async def take_template_back(ctx: Context, topic: Topic, language: str) -> None:
    """Say it in the house's words again. Raises: WrongAudience."""
    await ctx.write(overriding.take_back, acting_partner(ctx.viewer), topic, language)


async def preview(ctx: Context, topic: Topic, language: str, words: OwnWords | None) -> Said:
    """What a topic says of an example, in these words or in the house's. Raises: WrongAudience."""
    acting_partner(ctx.viewer)
    zone = ZoneInfo((await coalition.coalition(ctx)).time_zone)
    own = None if words is None else {words.language: {"subject": words.subject, "text": words.text}}
    return said(topic, SAMPLES[topic], language=spoken(language), zone=zone, words=own)


def _reader(ctx: Context, language: str | None) -> Reader:
    wallet_id, member_id = acting_member(ctx.viewer)
    return Reader(wallet_id=wallet_id, member_id=member_id, personal_key=ctx.keys.personal_data, asked=language or None)
