"""What is said to change messages: preferences, marks, and partners' own words."""

from __future__ import annotations

from datetime import datetime, time

import strawberry

from domain.errors import InvalidValue
from domain.messages.overriding import OwnWords
from domain.messages.preferring import Ways
from domain.messages.topics import Topic
from resolvers.messages import Wishes


@strawberry.input
class MessageWaysInput:
    """By which ways you want to be told of a topic."""

    topic: Topic
    """The topic."""
    inbox: bool = True
    """In the inbox; what is your own always is."""
    mail: bool
    """By mail."""


@strawberry.input
class MessagePreferencesSetInput:
    """What you change of your preferences; what you leave out stays as it is."""

    ways: list[MessageWaysInput] = strawberry.field(default_factory=list)
    """The topics you change."""
    digest: bool | None = None
    """One mail a day."""
    quiet_from: str | None = None
    """From when no mail goes out, such as 21:00."""
    quiet_until: str | None = None
    """Until when, such as 08:00."""
    time_zone: str | None = None
    """Such as Europe/Riga."""
    language: str | None = None
    """One of en, lv, bg, fi, hu."""

    def to_wishes(self) -> Wishes:
        """As the domain takes it. Raises: InvalidValue."""
        return Wishes(
            ways={one.topic: Ways(inbox=one.inbox, mail=one.mail) for one in self.ways},
            digest=self.digest,
            quiet_from=_time("quiet_from", self.quiet_from),
            quiet_until=_time("quiet_until", self.quiet_until),
            time_zone=self.time_zone,
            language=self.language,
        )


@strawberry.input
class MessagesMarkAllReadInput:
    """Your messages so far."""

    written_by: datetime | None = None
    """Only those written by then, such as the newest that you show; all if not said."""


@strawberry.input
class MessageMarkReadInput:
    """A message you have read."""

    message: strawberry.ID
    """The message."""


@strawberry.input
class MessageTemplateSetInput:
    """Your own words for a topic of marketing."""

    topic: Topic
    """The topic."""
    language: str
    """One of en, lv, bg, fi, hu; where you have no words in it, your English ones are said, or the house's."""
    subject: str
    """At most 120 characters; {holes} are filled as the topic has them."""
    text: str
    """At most 2000 characters; {holes} are filled as the topic has them."""

    def to_words(self) -> OwnWords:
        """As the domain takes it. Raises: InvalidTemplate."""
        return OwnWords(topic=self.topic, language=self.language, subject=self.subject, text=self.text)


@strawberry.input
class MessageTemplateRemoveInput:
    """Words of yours that are to be the house's again."""

    topic: Topic
    """The topic."""
    language: str
    """The language."""


def _time(name: str, said: str | None) -> time | None:
    if said is None:
        return None
    try:
        return time.fromisoformat(said).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise InvalidValue("a time of the day is written like 21:00", path=(name,)) from None
