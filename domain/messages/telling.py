"""A message in words: the house's, or a partner's own where it has put them in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from domain.languages import OTHERWISE
from domain.messages.models import Message, PartnerMessage
from domain.messages.staff_templates import STAFF_TEMPLATES
from domain.messages.templates import TEMPLATES, Said
from domain.messages.topics import StaffTopic, Topic, about
from domain.messages.wording import Given, wording_in

Words = Mapping[str, Mapping[str, str]]
"""A partner's own words, by language: `subject` and `text`."""

_GAPS = re.compile(r"[ \t]{2,}")


def said(
    topic: Topic | StaffTopic, params: Mapping[str, Any], *, language: str, zone: ZoneInfo, words: Words | None = None
) -> Said:
    """What a message of these values says in a language; days are those of the time zone."""
    wording = wording_in(language)
    given = Given(params, about(topic).values, wording, zone=zone)
    own = (words or {}).get(language) or (words or {}).get(OTHERWISE)
    if own is not None:
        return Said(subject=filled(own["subject"], given), lead=filled(own["text"], given))
    if isinstance(topic, Topic):
        return TEMPLATES[topic](wording, given)
    return STAFF_TEMPLATES[topic](wording, given)


def said_to_member(message: Message, *, language: str, zone: ZoneInfo) -> Said:
    """What a message in an inbox says."""
    return said(Topic(message.topic), message.params, language=language, zone=zone, words=message.words)


def said_to_staff(message: PartnerMessage, *, language: str, zone: ZoneInfo) -> Said:
    """What a message to a partner's people says."""
    return said(StaffTopic(message.topic), message.params, language=language, zone=zone)


def filled(text: str, given: Mapping[str, str]) -> str:
    """A partner's words with their holes filled; what a message does not say leaves no gap."""
    parts = [before + (given[name] if name and name in given else "") for before, name, _, _ in Formatter().parse(text)]
    return _GAPS.sub(" ", "".join(parts)).strip()
