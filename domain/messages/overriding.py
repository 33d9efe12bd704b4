"""A partner's own words for what it tells members of marketing: checked, kept, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.languages import LANGUAGES
from domain.messages.errors import InvalidTemplate
from domain.messages.models import MessageTemplate
from domain.messages.topics import TOPICS, Topic
from domain.storage import ReadSession, WriteSession, concerning, sight_of

LONGEST_SUBJECT, LONGEST_TEXT = 120, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """What a partner wants to say in place of the house's words, in one language. Raises: InvalidTemplate."""

    topic: Topic
    language: str
    subject: str
    text: str

    def __post_init__(self) -> None:
        if not TOPICS[self.topic].marketing:
            open_to = ", ".join(topic for topic, about in TOPICS.items() if about.marketing)
            raise InvalidTemplate(f"what is a member's own is said in the house's words; yours are {open_to}", "topic")
        if self.language not in LANGUAGES:
            raise InvalidTemplate(f"a language is one of {', '.join(LANGUAGES)}", "language")
        for part, text, longest in (("subject", self.subject, LONGEST_SUBJECT), ("text", self.text, LONGEST_TEXT)):
            if not 0 < len(text.strip()) <= longest:
                raise InvalidTemplate(f"it has 1 to {longest} characters", part)
            _check_holes(part, text, sorted(TOPICS[self.topic].values))
        if any(not one.isprintable() for one in self.subject):
            raise InvalidTemplate("a subject is one line", "subject")


async def put(session: WriteSession, partner_id: UUID, words: OwnWords, *, now: datetime) -> MessageTemplate:
    """Say this from now on; messages that were written keep the words of their day."""
    said = {"subject": words.subject.strip(), "text": words.text.strip(), "changed_at": now}
    kept = insert(MessageTemplate).values(
        partner_id=partner_id, topic=words.topic.value, language=words.language, **said
    )
    await session.execute(kept.on_conflict_do_update(index_elements=["partner_id", "topic", "language"], set_=said))
    return MessageTemplate(
        partner_id=partner_id,
        topic=words.topic.value,
        language=words.language,
        subject=words.subject.strip(),
        text=words.text.strip(),
        changed_at=now,
    )


async def take_back(session: WriteSession, partner_id: UUID, topic: Topic, language: str) -> None:
    """Say it in the house's words again."""
    await session.execute(
        delete(MessageTemplate).where(
            col(MessageTemplate.partner_id) == partner_id,
            col(MessageTemplate.topic) == topic.value,
            col(MessageTemplate.language) == language,
        )
    )


async def own_words(session: ReadSession, partner_id: UUID) -> Sequence[MessageTemplate]:
    """All that a partner says in its own words."""
    rows = await session.scalars(
        select(MessageTemplate)
        .where(
            col(MessageTemplate.partner_id) == partner_id,
            concerning(sight_of(session), col(MessageTemplate.partner_id)),
        )
        .order_by(col(MessageTemplate.topic), col(MessageTemplate.language))
    )
    return rows.all()


def _check_holes(part: str, text: str, known: Sequence[str]) -> None:
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        raise InvalidTemplate("a hole is written {name}, and a brace itself {{ or }}", part) from None
    for _, name, form, conversion in parsed:
        if name is not None and (name not in known or form or conversion):
            holes = ", ".join(f"{{{one}}}" for one in known)
            raise InvalidTemplate(f"what may be filled in here is {holes}", part)
