"""An example for each root field about clients, webhooks and people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]


_HEARS = "subscription { events { id kind cursor member { id } } }"


def _put(**values: Any) -> dict[str, Any]:
    return {"input": values}


PEOPLE: Mapping[str, Mapping[str, Build]] = {
    "Mutation.clientCreate": {
        "": lambda *_: _put(name="Till", scopes=["purchases:read"]),
        "for a partner": lambda _mine, theirs, _key: _put(
            name="Till", scopes=["purchases:read"], partner=theirs.partner
        ),
        "at an outlet": lambda _mine, theirs, _key: _put(name="Till", scopes=["purchases:read"], outlet=theirs.outlet),
    },
    "Mutation.clientChange": {"": lambda _mine, theirs, _key: _put(client=theirs.client, name="Another")},
    "Mutation.clientRotate": {"": lambda _mine, theirs, _key: _put(client=theirs.client, graceHours=1)},
    "Mutation.clientRevoke": {"": lambda _mine, theirs, _key: _put(client=theirs.client)},
    "Mutation.ceilingSet": {"": lambda _mine, theirs, _key: _put(partner=theirs.partner)},
    "Mutation.webhookCreate": {
        "": lambda _mine, theirs, key: _put(
            idempotencyKey=key, name="Hook", url="https://1.1.1.1/", document=_HEARS, client=theirs.client
        )
    },
    "Mutation.webhookChange": {
        "": lambda _mine, theirs, _key: _put(webhook=theirs.webhook, name="Another"),
        "to another's client": lambda mine, theirs, _key: _put(webhook=mine.webhook, client=theirs.client),
    },
    "Mutation.webhookTest": {"": lambda _mine, theirs, _key: _put(webhook=theirs.webhook)},
    "Mutation.webhookReplay": {
        "": lambda _mine, theirs, key: _put(idempotencyKey=key, webhook=theirs.webhook, since=NOW.isoformat()),
        "another's delivery": lambda mine, theirs, key: _put(
            idempotencyKey=f"{key}-d", webhook=mine.webhook, deliveries=[theirs.delivery]
        ),
    },
    "Mutation.webhookRotateSecret": {"": lambda _mine, theirs, key: _put(idempotencyKey=key, webhook=theirs.webhook)},
    "Mutation.webhookPause": {"": lambda _mine, theirs, _key: _put(webhook=theirs.webhook)},
    "Mutation.webhookResume": {"": lambda _mine, theirs, _key: _put(webhook=theirs.webhook)},
    "Mutation.webhookRemove": {"": lambda _mine, theirs, _key: _put(webhook=theirs.webhook)},
    "Mutation.personInvite": {
        "": lambda _mine, _theirs, key: _put(name="Ilze", email=f"{key}@house.example", roles=["PARTNER_ADMIN"]),
        "for a partner": lambda _mine, theirs, key: _put(
            name="Ilze", email=f"{key}@house.example", roles=["PARTNER_ADMIN"], partner=theirs.partner
        ),
    },
    "Mutation.personInviteAgain": {"": lambda _mine, theirs, _key: _put(person=theirs.colleague)},
    "Mutation.personChange": {"": lambda _mine, theirs, _key: _put(person=theirs.colleague, roles=["PARTNER_FINANCE"])},
    "Mutation.personLetGo": {"": lambda _mine, theirs, _key: _put(person=theirs.colleague)},
}
