"""Messages: what members and partners' people are told, what they want to be told, and partners' own words."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.languages import OTHERWISE
from domain.messages import models, preferring, reading
from domain.messages.overriding import OwnWords
from domain.messages.topics import TOPICS, StaffTopic, Topic
from domain.paging import Page, PageRequest
from partners.scopes import Scope
from resolvers import coalition, messages
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import UserError, refusals
from schema.ids import identified
from schema.message_inputs import (
    MessageMarkReadInput,
    MessagePreferencesSetInput,
    MessagesMarkAllReadInput,
    MessageTemplateRemoveInput,
    MessageTemplateSetInput,
)
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ, WRITE = needs(Scope.PROFILE_READ), needs(Scope.PROFILE_WRITE)
STAFF = needs(Scope.SETTLEMENT_READ, Scope.CAMPAIGNS_READ)
WORDS, CHANGE_WORDS = needs(Scope.CAMPAIGNS_READ), needs(Scope.CAMPAIGNS_WRITE)


@strawberry.type
@shows(reading.Fact)
class MessageFact:
    """Something to be known, with its label."""

    label: str
    """What it is."""
    value: str
    """As one writes it in the message's language."""


@strawberry.type
@shows(reading.InboxMessage)
class Message:
    """Something you were told."""

    id: strawberry.ID = identified("message_id")
    topic: Topic
    """What it is about."""
    subject: str
    """What happened, in a line."""
    lead: str
    """The same in a sentence or two."""
    facts: list[MessageFact]
    """What else is to be known."""
    closing: str
    """What can be done about it; empty when there is nothing."""
    text: str
    """Lead, facts and closing in lines of plain text."""
    language: str
    """The language it is said in."""
    occurred_at: datetime
    """When it happened."""
    written_at: datetime
    """When you were told."""
    read_at: datetime | None
    """When you marked it as read; null: not yet."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(message: strawberry.Parent[reading.InboxMessage], info: Info) -> coalition_models.Partner | None:
        """Whose news it is; null for the programme's own."""
        return None if message.partner_id is None else await coalition.partner_or_none(info.context, message.partner_id)


@strawberry.type
@shows(reading.StaffMessage)
class PartnerMessage:
    """Something that your partner's people are told."""

    id: strawberry.ID = identified("message_id")
    topic: StaffTopic
    """What it is about."""
    subject: str
    """What happened, in a line."""
    lead: str
    """The same in a sentence or two."""
    facts: list[MessageFact]
    """What else is to be known."""
    text: str
    """All of it in lines of plain text."""
    language: str
    """The language it is said in."""
    occurred_at: datetime
    """When it happened."""
    written_at: datetime
    """When it was told."""


@strawberry.type
class MessageWays:
    """By which ways you are told of a topic."""

    topic: Topic
    """The topic."""
    marketing: bool
    """Whether it is told only to those who allow a partner offers; what is your own always reaches the inbox."""
    inbox: bool
    """Whether it reaches the inbox."""
    mail: bool
    """Whether it is mailed, to an address that you have signed in with."""


@strawberry.type
@shows(preferring.Preferences)
class MessagePreferences:
    """What you want to be told, and when."""

    digest: bool
    """One mail a day, rather than one for each message."""
    time_zone: str | None
    """Where your day is; null: where the programme's is."""
    language: str | None
    """The language of your messages; null: the one you joined with."""

    @strawberry.field
    @staticmethod
    def ways(preferences: strawberry.Parent[preferring.Preferences]) -> list[MessageWays]:
        """For each topic."""
        return [
            MessageWays(topic=topic, marketing=about.marketing, inbox=ways.inbox, mail=ways.mail)
            for topic, about in TOPICS.items()
            for ways in [preferences.of(topic)]
        ]

    @strawberry.field
    @staticmethod
    def quiet_from(preferences: strawberry.Parent[preferring.Preferences]) -> str:
        """From when no mail goes out, such as 21:00."""
        return f"{preferences.quiet.since:%H:%M}"

    @strawberry.field
    @staticmethod
    def quiet_until(preferences: strawberry.Parent[preferring.Preferences]) -> str:
        """Until when, such as 08:00; the next morning where it is before `quietFrom`."""
        return f"{preferences.quiet.until:%H:%M}"


@strawberry.type
@shows(models.MessageTemplate)
class MessageTemplate:
    """What you say in your own words."""

    topic: str
    """The topic."""
    language: str
    """The language."""
    subject: str
    """The subject, with {holes}."""
    text: str
    """The text, with {holes}."""
    changed_at: datetime
    """Since when you say it so."""


@strawberry.type
class MessagePreview:
    """How a message would read."""

    subject: str
    """Its subject."""
    text: str
    """Its text."""


@strawberry.type
class MessagePayload:
    """What became of a message."""

    message: Message | None = None
    """The message; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class MessagesPayload:
    """What became of your inbox."""

    marked: int | None = None
    """How many messages were not read before; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class MessagePreferencesPayload:
    """What became of your preferences."""

    preferences: MessagePreferences | None = None
    """All of them as they are now; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class MessageTemplatePayload:
    """What became of your words."""

    template: MessageTemplate | None = None
    """The words; null when they were taken back, or the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


Unread = Annotated[bool, strawberry.argument(description="Only those that are not marked as read.")]
Own = Annotated[str | None, strawberry.argument(description="One of en, lv, bg, fi, hu; your own if not said.")]
Language = Annotated[str, strawberry.argument(description="One of en, lv, bg, fi, hu.")]
Trying = Annotated[
    str | None, strawberry.argument(description="Words to try, with {holes}; yours or the house's if not said.")
]
About = Annotated[Topic, strawberry.argument(description="The topic.")]


@strawberry.type
class MessageQuery:
    """What there is to read."""

    @strawberry.field(graphql_type=Connection[Message], extensions=[READ, paged()])
    @staticmethod
    async def my_messages(
        info: Info, page: PageRequest, *, unread: Unread = False, language: Own = None
    ) -> Page[reading.InboxMessage]:
        """Your inbox, the newest first."""
        return await messages.inbox(info.context, page, unread=unread, language=language)

    @strawberry.field(extensions=[READ])
    @staticmethod
    async def my_messages_unread(info: Info) -> int:
        """How many messages you have not marked as read, up to a thousand."""
        return await messages.unread(info.context)

    @strawberry.field(graphql_type=MessagePreferences, extensions=[READ])
    @staticmethod
    async def message_preferences(info: Info) -> preferring.Preferences:
        """What you want to be told, and when."""
        return await messages.preferences(info.context)

    @strawberry.field(graphql_type=Connection[PartnerMessage], extensions=[STAFF, paged()])
    @staticmethod
    async def partner_messages(
        info: Info, page: PageRequest, *, language: Language = OTHERWISE
    ) -> Page[reading.StaffMessage]:
        """What your partner's people are told, as far as your scopes let you see it; the newest first."""
        return await messages.to_partner(info.context, page, language=language)

    @strawberry.field(graphql_type=list[MessageTemplate], extensions=[WORDS])
    @staticmethod
    async def message_templates(info: Info) -> Sequence[models.MessageTemplate]:
        """What you say in your own words; all else is said in the house's."""
        return await messages.templates(info.context)

    @strawberry.field(extensions=[WORDS])
    @staticmethod
    async def message_template_preview(
        info: Info, topic: About, language: Language = OTHERWISE, subject: Trying = None, text: Trying = None
    ) -> MessagePreview:
        """How a message of a topic would read with made-up values; nothing is kept."""
        words = None
        if subject is not None and text is not None:
            words = OwnWords(topic=topic, language=language, subject=subject, text=text)
        said = await messages.preview(info.context, topic, language, words)
        return MessagePreview(subject=said.subject, text=said.text)


@strawberry.type
class MessageMutation:
    """Reading, and choosing what to read."""

    @strawberry.mutation(graphql_type=MessagePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def message_mark_read(info: Info, input: MessageMarkReadInput) -> Any:
        """Mark a message as read."""
        message_id = info.context.global_ids.one("Message", input.message)
        return MessagePayload(message=await messages.mark_read(info.context, message_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MessagesPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def messages_mark_all_read(info: Info, input: MessagesMarkAllReadInput) -> Any:
        """Mark all that there is as read."""
        return MessagesPayload(marked=await messages.mark_all_read(info.context, input.written_by))

    @strawberry.mutation(graphql_type=MessagePreferencesPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def message_preferences_set(info: Info, input: MessagePreferencesSetInput) -> Any:
        """Say what you want to be told, and when."""
        wants = await messages.prefer(info.context, input.to_wishes())
        return MessagePreferencesPayload(preferences=wants)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MessageTemplatePayload, extensions=[CHANGE_WORDS, refusals])
    @staticmethod
    async def message_template_set(info: Info, input: MessageTemplateSetInput) -> Any:
        """Say something of marketing in your own words from now on."""
        template = await messages.put_template(info.context, input.to_words())
        return MessageTemplatePayload(template=template)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MessageTemplatePayload, extensions=[CHANGE_WORDS, refusals])
    @staticmethod
    async def message_template_remove(info: Info, input: MessageTemplateRemoveInput) -> Any:
        """Say it in the house's words again."""
        await messages.take_template_back(info.context, input.topic, input.language)
        return MessageTemplatePayload()


@strawberry.type
class MessageSubscription:
    """What comes in."""

    @strawberry.subscription(extensions=[READ])
    @staticmethod
    async def my_messages_unread_changed(info: Info) -> AsyncGenerator[int, None]:
        """How many messages you have not read, now and whenever it is another number."""
        async with aclosing(messages.unread_changes(info.context)) as stream:
            async for count in stream:
                yield count
