"""Webhooks as their partner sets them up: made, changed, paused, given another secret, removed.

`now` is the real time here, never a sandbox's clock: endpoints live in the world of the programs that answer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from domain.audit import trail
from domain.audit.models import Action, SubjectKind
from domain.audit.trail import Actor, Fact, Line
from domain.errors import InvalidValue
from domain.events.models import Event, EventKind
from domain.ids import ClientId, PartnerId, new_id
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from partners.clients.models import Client, ClientAuthMethod
from partners.errors import AddressRefused, TooManyWebhooks, WebhookClientRefused, WebhookNotActive, WebhookNotFound
from partners.fetching import Outbound
from partners.scopes import Scope, known, written
from partners.telling import SCOPE_OF_KIND
from partners.webhooks import requests, signing
from partners.webhooks.models import Webhook, WebhookLane, WebhookState

MOST_WEBHOOKS = 20
LONGEST_NAME = 100
LONGEST_GRACE = timedelta(days=7)
BY_HAND = "Paused by hand."
REMOVED = "Removed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """Who sets a webhook up, and whose eyes may be lent to it."""

    actor: Actor
    client_id: ClientId | None
    scopes: frozenset[Scope]
    any_client: bool
    """Whether this is a person, who is held to the house's ceiling, and not to scopes of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A document that was found good, and the kinds of events it asks for; None: all of them."""

    document: str
    kinds: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWebhook:
    """What a new webhook is to be."""

    partner_id: PartnerId
    idempotency_key: str
    name: str
    url: str
    subscribed: Subscribed
    client_id: ClientId

    def __post_init__(self) -> None:
        _check_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWebhook:
    """What is to be different; what is None stays."""

    webhook_id: UUID
    name: str | None = None
    url: str | None = None
    subscribed: Subscribed | None = None
    client_id: ClientId | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            _check_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSecret:
    """A webhook is to sign with another secret; for the grace it signs with both."""

    partner_id: PartnerId
    idempotency_key: str
    webhook_id: UUID
    grace: timedelta = timedelta(days=1)

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.grace <= LONGEST_GRACE:
            raise InvalidValue(f"A grace is at most {LONGEST_GRACE.days} days.", path=("graceHours",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A webhook, and its secret the one time it is shown."""

    webhook: Webhook
    secret: str | None = field(default=None, repr=False)
    """None when an earlier request with the same key has shown it."""
    replayed: bool = False


async def create(
    session: WriteSession, command: CreateWebhook, manager: Manager, *, key: bytes, now: datetime
) -> Signed:
    """Set a webhook up; it hears what happens from now on. The secret is shown this once.

    Raises: WebhookClientRefused, TooManyWebhooks, IdempotencyConflict.
    """
    webhook_id = new_id()
    before = await requests.begin(session, command, webhook_id, now=now)
    if before is not None:
        return Signed(webhook=await by_id(session, before.webhook_id), replayed=True)
    client = await check_client(session, command.partner_id, command.client_id, manager)
    check_sees(client, command.subscribed.kinds)
    if await _count(session, command.partner_id) >= MOST_WEBHOOKS:
        raise TooManyWebhooks(MOST_WEBHOOKS)
    secret = signing.new_secret()
    webhook = Webhook(
        webhook_id=webhook_id,
        partner_id=command.partner_id,
        client_id=command.client_id,
        name=command.name.strip(),
        url=command.url,
        document=command.subscribed.document,
        kinds=_listed(command.subscribed),
        sealed_secret=signing.sealed(secret, key=key, webhook_id=webhook_id),
        state=WebhookState.ACTIVE,
        created_at=now,
    )
    session.add(webhook)
    await _tell(session, webhook, manager, Action.WEBHOOK_CREATED, {"kinds": webhook.kinds or ["ALL"]}, now=now)
    return Signed(webhook=webhook, secret=secret)


async def change(session: WriteSession, command: ChangeWebhook, manager: Manager, *, now: datetime) -> Webhook:
    """Change a webhook; what waits is sent as the webhook is then, and what it no longer wants is not sent.

    Raises: WebhookNotFound, WebhookClientRefused.
    """
    webhook = await by_id(session, command.webhook_id)
    client_id = command.client_id or ClientId(webhook.client_id)
    if command.url is not None or command.subscribed is not None or command.client_id is not None:
        client = await check_client(session, PartnerId(webhook.partner_id), client_id, manager)
        check_sees(client, command.subscribed.kinds if command.subscribed is not None else webhook.kinds)
    changed = []
    if command.name is not None:
        webhook.name = command.name.strip()
    if command.url is not None and command.url != webhook.url:
        webhook.url, webhook.resting_until = command.url, None
        changed.append("url")
    if command.subscribed is not None:
        webhook.document, webhook.kinds = command.subscribed.document, _listed(command.subscribed)
        changed.append("document")
    if client_id != webhook.client_id:
        webhook.client_id = client_id
        changed.append("client")
    if changed:
        await _tell(session, webhook, manager, Action.WEBHOOK_CHANGED, {"changed": changed}, now=now)
    return webhook


async def pause(session: WriteSession, webhook_id: UUID, manager: Manager, *, now: datetime) -> Webhook:
    """Let what happens wait until the webhook is resumed. Pausing it again changes nothing.

    Raises: WebhookNotFound.
    """
    webhook = await by_id(session, webhook_id)
    if webhook.state == WebhookState.ACTIVE:
        webhook.state, webhook.reason = WebhookState.PAUSED, BY_HAND
        await _tell(session, webhook, manager, Action.WEBHOOK_CHANGED, {"state": webhook.state}, now=now)
    return webhook


async def resume(session: WriteSession, webhook_id: UUID, manager: Manager, *, now: datetime) -> Webhook:
    """Send again, first what waits, at once; of an active webhook, end the rest between retries.

    Raises: WebhookNotFound, WebhookClientRefused.
    """
    webhook = await by_id(session, webhook_id)
    if webhook.state != WebhookState.ACTIVE:
        await client_of(session, PartnerId(webhook.partner_id), ClientId(webhook.client_id))
        webhook.state, webhook.reason = WebhookState.ACTIVE, None
        await _tell(session, webhook, manager, Action.WEBHOOK_CHANGED, {"state": webhook.state}, now=now)
    await wake(session, webhook, now=now)
    return webhook


async def wake(session: WriteSession, webhook: Webhook, *, now: datetime) -> None:
    """Let everything that waits for another attempt have it now."""
    webhook.failures, webhook.failing_since, webhook.resting_until = 0, None, None
    lanes = update(WebhookLane).where(col(WebhookLane.webhook_id) == webhook.webhook_id, col(WebhookLane.due_at) > now)
    await session.execute(lanes.values(due_at=now))


async def test(session: WriteSession, webhook_id: UUID, *, occurred_at: datetime) -> Webhook:
    """Let an event happen that only this webhook hears of; it goes the way of all events, at once.

    Raises: WebhookNotFound, WebhookNotActive.
    """
    webhook = await by_id(session, webhook_id)
    if webhook.state != WebhookState.ACTIVE:
        raise WebhookNotActive(webhook.reason or "")
    webhook.resting_until = None
    tried = Event(
        partner_id=webhook.partner_id, kind=EventKind.WEBHOOK_TESTED, subject_id=webhook_id, occurred_at=occurred_at
    )
    session.add(tried)
    return webhook


async def remove(session: WriteSession, webhook_id: UUID, manager: Manager, *, now: datetime) -> Webhook:
    """End a webhook for good; what waited is not sent, and an attempt under way is its last.

    Raises: WebhookNotFound.
    """
    webhook = await by_id(session, webhook_id)
    webhook.state, webhook.reason, webhook.removed_at = WebhookState.PAUSED, REMOVED, now
    await session.execute(delete(WebhookLane).where(col(WebhookLane.webhook_id) == webhook_id))
    await _tell(session, webhook, manager, Action.WEBHOOK_REMOVED, {}, now=now)
    return webhook


async def rotate_secret(
    session: WriteSession, command: RotateSecret, manager: Manager, *, key: bytes, now: datetime
) -> Signed:
    """Give a webhook another secret, shown this once. Until the grace ends every message bears both signatures.

    Raises: WebhookNotFound, IdempotencyConflict.
    """
    webhook = await by_id(session, command.webhook_id)
    if await requests.begin(session, command, webhook.webhook_id, now=now) is not None:
        return Signed(webhook=webhook, replayed=True)
    secret = signing.new_secret()
    webhook.sealed_previous = webhook.sealed_secret if command.grace else None
    webhook.previous_until = now + command.grace if command.grace else None
    webhook.sealed_secret = signing.sealed(secret, key=key, webhook_id=webhook.webhook_id)
    await _tell(session, webhook, manager, Action.WEBHOOK_CHANGED, {"changed": ["secret"]}, now=now)
    return Signed(webhook=webhook, secret=secret)


async def by_id(session: ReadSession, webhook_id: UUID) -> Webhook:
    """A webhook that the viewer may see.

    Raises: WebhookNotFound.
    """
    webhook = await session.scalar(
        select(Webhook).where(
            col(Webhook.webhook_id) == webhook_id,
            col(Webhook.removed_at).is_(None),
            concerning(sight_of(session), col(Webhook.partner_id)),
        )
    )
    if webhook is None:
        raise WebhookNotFound
    return webhook


async def client_of(session: ReadSession, partner_id: PartnerId, client_id: ClientId) -> Client:
    """The client that a webhook acts as: the partner's own, and one that acts for itself.

    Raises: WebhookClientRefused.
    """
    client = await session.scalar(
        select(Client).where(
            col(Client.client_id) == client_id,
            col(Client.partner_id) == partner_id,
            concerning(sight_of(session), col(Client.partner_id)),
        )
    )
    if client is None:
        raise WebhookClientRefused("There is no such client of yours.", path=("client",))
    if client.revoked_at is not None:
        raise WebhookClientRefused("The client was revoked; name another.", path=("client",))
    if client.auth_method == ClientAuthMethod.NONE:
        raise WebhookClientRefused("The client acts for members only, never for itself.", path=("client",))
    return client


async def check_client(session: ReadSession, partner_id: PartnerId, client_id: ClientId, manager: Manager) -> Client:
    """Make sure that nobody sees through a webhook what they may not see themselves.

    Raises: WebhookClientRefused.
    """
    client = await client_of(session, partner_id, client_id)
    beyond = known(client.scopes) - manager.scopes
    if beyond and client.client_id != manager.client_id and not manager.any_client:
        raise WebhookClientRefused(f"The client may do what you may not: {written(beyond)}.", path=("client",))
    return client


def check_sees(client: Client, kinds: Collection[str] | None) -> None:
    """Make sure that the client may see the events that a document asks for by name.

    Raises: WebhookClientRefused.
    """
    scopes = {SCOPE_OF_KIND[EventKind(kind)] for kind in kinds or ()} - {Scope.WEBHOOKS_MANAGE}
    if lacking := scopes - known(client.scopes):
        raise WebhookClientRefused(f"For these events the client needs {written(lacking)}.", path=("client",))


async def check_url(url: str, outbound: Outbound, *, sandbox: bool) -> None:
    """Whether an address leads to the public internet; looked at again at each delivery.

    Raises: AddressRefused.
    """
    try:
        target = outbound.target(url, sandbox=sandbox)
        await outbound.addresses(target.host, target.port, sandbox=sandbox)
    except OSError:
        raise AddressRefused("The host has no address.", path=("url",)) from None
    except AddressRefused as refused:
        raise refused.at("url") from None


def _check_name(name: str) -> None:
    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise InvalidValue(f"A name has between 1 and {LONGEST_NAME} printable characters.", path=("name",))


def _listed(subscribed: Subscribed) -> list[str] | None:
    return None if subscribed.kinds is None else sorted(subscribed.kinds)


async def _count(session: ReadSession, partner_id: PartnerId) -> int:
    query = select(func.count()).select_from(Webhook)
    own = query.where(col(Webhook.partner_id) == partner_id, col(Webhook.removed_at).is_(None))
    return int(await session.scalar(own) or 0)


async def _tell(
    session: WriteSession, webhook: Webhook, manager: Manager, action: Action, facts: dict[str, Fact], *, now: datetime
) -> None:
    line = Line(
        actor=manager.actor,
        action=action,
        subject=SubjectKind.WEBHOOK,
        subject_id=webhook.webhook_id,
        facts=facts,
        partner_id=PartnerId(webhook.partner_id),
    )
    await trail.record(session, line, now=now)
