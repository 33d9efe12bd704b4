"""An example for each root field about messages, and about what members tell of themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]

_OWN = {"topic": "REWARD_IN_REACH", "language": "en"}

MESSAGES: Mapping[str, Mapping[str, Build]] = {
    "Query.myMessages": {
        "": lambda *_: {"first": 20, "unread": False},
        "unread, in Latvian": lambda *_: {"first": 20, "unread": True, "language": "lv"},
    },
    "Query.myMessagesUnread": {"": lambda *_: {}},
    "Query.messagePreferences": {"": lambda *_: {}},
    "Query.partnerMessages": {"": lambda *_: {"first": 20, "language": "en"}},
    "Query.messageTemplates": {"": lambda *_: {}},
    "Query.messageTemplatePreview": {
        "": lambda *_: _OWN,
        "words": lambda *_: {**_OWN, "subject": "Now: {reward}", "text": "For {price}."},
    },
    "Query.myProfile": {"": lambda *_: {}},
    "Mutation.myProfileChange": {"": lambda *_: {"input": {"name": "Marta", "language": "lv"}}},
    "Mutation.messageMarkRead": {"": lambda _mine, theirs, _key: {"input": {"message": theirs.message}}},
    "Mutation.messagesMarkAllRead": {"": lambda *_: {"input": {}}},
    "Mutation.messagePreferencesSet": {
        "": lambda *_: {"input": {"digest": True, "ways": [{"topic": "BIRTHDAY", "inbox": False, "mail": False}]}}
    },
    "Mutation.messageTemplateSet": {
        "": lambda *_: {"input": {**_OWN, "subject": "Now: {reward}", "text": "For {price}."}}
    },
    "Mutation.messageTemplateRemove": {"": lambda *_: {"input": {"topic": "BIRTHDAY", "language": "fi"}}},
    "Subscription.myMessagesUnreadChanged": {"": lambda *_: {}},
}
