"""Webhooks: what happens, sent to a partner's own servers, and how that went."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import orjson
import strawberry

from domain.events.models import EventKind, Told
from domain.paging import Page, PageRequest
from partners.clients import models as client_models
from partners.scopes import Scope
from partners.webhooks import managing, models, relaying, viewing
from partners.webhooks.models import DeliveryState, WebhookState
from partners.webhooks.replaying import Replayed
from resolvers import clients, webhooks
from resolvers.context import Context, Info
from schema.clients import Client
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.execution import Engine
from schema.ids import Node, identified
from schema.inside import core_of
from schema.limits import Cost
from schema.listening import subscribed
from schema.nodes import findable
from schema.payloads import rendered, withheld
from schema.permissions import needs
from schema.shape import shows
from schema.webhook_inputs import (
    WebhookChangeInput,
    WebhookCreateInput,
    WebhookInput,
    WebhookPreviewInput,
    WebhookReplayInput,
    WebhookRotateSecretInput,
    client_named,
)

MANAGE = needs(Scope.WEBHOOKS_MANAGE)


@strawberry.type
@shows(models.WebhookAttempt)
class WebhookAttempt:
    """How one attempt to deliver went."""

    number: int
    """Counts from one."""
    started_at: datetime
    """When it was sent."""
    milliseconds: int
    """How long the answer took."""
    status: int | None
    """The HTTP status of your answer; null when there was none."""
    answer: str | None
    """The first 500 characters of your answer."""
    problem: str | None
    """Why there was no answer."""


@strawberry.type
@shows(models.WebhookDelivery)
class WebhookDelivery(Node):
    """One event on its way to one webhook."""

    id: strawberry.ID = identified("delivery_id")
    kind: EventKind
    """As which kind of event the webhook was to hear of it."""
    replays: bool
    """Whether it was asked for by webhookReplay."""
    state: DeliveryState
    """Where it stands."""
    created_at: datetime
    """When it began to wait."""
    finished_at: datetime | None
    """When it was delivered, or given up."""

    @strawberry.field
    @staticmethod
    def message_id(delivery: strawberry.Parent[models.WebhookDelivery]) -> str:
        """The `webhook-id` header of every attempt."""
        return delivery.message_id

    @strawberry.field(graphql_type=list[WebhookAttempt])
    @staticmethod
    async def attempts(delivery: strawberry.Parent[models.WebhookDelivery], info: Info) -> list[models.WebhookAttempt]:
        """How each attempt went, the first one first."""
        return await webhooks.attempts_of(info.context, delivery.delivery_id)


@strawberry.type
@shows(models.Webhook)
class Webhook(Node):
    """An address of yours that hears what happens."""

    id: strawberry.ID = identified("webhook_id")
    name: str
    """What it is called."""
    url: str
    """Where messages are sent, by POST."""
    document: str
    """The subscription whose result is sent."""
    state: WebhookState
    """Whether messages are sent."""
    reason: str | None
    """Why none are, in words."""
    failing_since: datetime | None
    """Since when no attempt has succeeded."""
    previous_until: datetime | None = strawberry.field(name="previousSecretUntil")
    """Until when the secret before this one signs as well."""
    created_at: datetime
    """When it was set up."""

    @strawberry.field
    @staticmethod
    def kinds(webhook: strawberry.Parent[models.Webhook]) -> list[EventKind] | None:
        """The events it asks for; null for all that its client may be told of."""
        return None if webhook.kinds is None else [EventKind(kind) for kind in webhook.kinds]

    @strawberry.field(graphql_type=Client | None)
    @staticmethod
    async def client(webhook: strawberry.Parent[models.Webhook], info: Info) -> client_models.Client | None:
        """The client it acts as: messages show what this client may see when they are sent."""
        return await clients.client_or_none(info.context, webhook.client_id)

    @strawberry.field(graphql_type=Connection[WebhookDelivery], extensions=[paged()])
    @staticmethod
    async def deliveries(
        webhook: strawberry.Parent[models.Webhook],
        info: Info,
        page: PageRequest,
        state: Annotated[
            DeliveryState | None, strawberry.argument(description="Those that stand there; all, if not said.")
        ] = None,
    ) -> Page[models.WebhookDelivery]:
        """Its deliveries of the last 30 days, the newest first; of one state, if one is named."""
        return await webhooks.deliveries_of(info.context, webhook.webhook_id, page, state)


findable(Webhook, webhooks.find, MANAGE)
findable(WebhookDelivery, webhooks.find_delivery, MANAGE)


@strawberry.type
class WebhookPreview:
    """What a document would have sent."""

    kinds: list[EventKind] | None
    """The events it asks for; null for all that the client may be told of."""
    body: str | None
    """The message about the event, as JSON; null when nothing of these kinds has happened yet."""


@strawberry.type
class WebhookPayload:
    """What became of a step with a webhook."""

    webhook: Webhook | None = None
    """The webhook; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class WebhookSecretPayload:
    """A webhook with its secret."""

    webhook: Webhook | None = None
    """The webhook; null when the request was refused."""
    secret: str | None = None
    """Its secret (`whsec_…`), shown this once; null when the same key has shown it before."""
    replayed: bool = False
    """Whether an earlier request with the same key had done it."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class WebhookReplayPayload:
    """What came of a replay."""

    webhook: Webhook | None = None
    """The webhook; null when the request was refused."""
    deliveries: int = 0
    """How many events are on their way again, in their order."""
    after: str | None = None
    """Where to go on, by another replay, when these were not all; null when they were."""
    replayed: bool = False
    """Whether an earlier request with the same key had done it."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class WebhookQuery:
    """Webhooks."""

    @strawberry.field(graphql_type=list[Webhook], extensions=[MANAGE])
    @staticmethod
    async def webhooks(info: Info) -> list[models.Webhook]:
        """Your webhooks, oldest first; there are at most 20."""
        return await webhooks.own(info.context)

    @strawberry.field(graphql_type=Webhook | None, extensions=[MANAGE, or_null])
    @staticmethod
    async def webhook(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The webhook's id.")]
    ) -> models.Webhook:
        """One of your webhooks; null when there is none with this id."""
        return await webhooks.find(info.context, info.context.global_ids.one("Webhook", id))

    @strawberry.field(extensions=[MANAGE], directives=[Cost(weight=100)])
    @staticmethod
    async def webhook_preview(
        info: Info, input: Annotated[WebhookPreviewInput, strawberry.argument(description="What to try.")]
    ) -> WebhookPreview:
        """What a document would send about an event that has happened; nothing is sent."""
        return await _previewed(info, input)


async def _previewed(info: Info, wanted: WebhookPreviewInput) -> WebhookPreview:
    ctx = info.context
    found = subscribed(core_of(info.schema), wanted.document)
    seeing = await webhooks.as_client(ctx, client_named(ctx, wanted.client))
    kinds = None if found.kinds is None else [EventKind(kind) for kind in sorted(found.kinds)]
    named = ctx.global_ids.one("Event", wanted.event) if wanted.event is not None else None
    event = await webhooks.event_to_try(ctx, relaying.kinds_of(found.kinds), named)
    seen = viewing.sees(event, found.kinds, seeing.viewer) if event is not None else None
    if event is None or seen is None:
        return WebhookPreview(kinds=kinds, body=None)
    if not seen.allowed:
        payload = withheld(seen.kind, now=ctx.real_now())
    else:
        engine = Engine(info.schema)
        payload = await rendered(engine, wanted.document, Told(event, seen.kind), seeing, request_id="preview")
    return WebhookPreview(kinds=kinds, body=orjson.dumps(payload.fields, option=orjson.OPT_INDENT_2).decode())


def _signed(made: managing.Signed) -> Any:
    return WebhookSecretPayload(webhook=made.webhook, secret=made.secret, replayed=made.replayed)  # type: ignore[arg-type]


def _shown(webhook: models.Webhook) -> Any:
    return WebhookPayload(webhook=webhook)  # type: ignore[arg-type]


def _replayed(ctx: Context, done: Replayed) -> Any:
    after = webhooks.cursor_after(ctx, done.last_number) if done.last_number is not None else None
    return WebhookReplayPayload(webhook=done.webhook, deliveries=done.deliveries, after=after, replayed=done.replayed)  # type: ignore[arg-type]


@strawberry.type
class WebhookMutation:
    """Webhooks are set up, changed, tried and ended."""

    @strawberry.mutation(graphql_type=WebhookSecretPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def webhook_create(info: Info, input: WebhookCreateInput) -> Any:
        """Let an address hear what happens from now on; its secret is shown this once."""
        return _signed(await webhooks.create(info.context, input.to_command(info)))

    @strawberry.mutation(graphql_type=WebhookPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def webhook_change(info: Info, input: WebhookChangeInput) -> Any:
        """Give a webhook another name, address, document or client; what waits is sent accordingly."""
        return _shown(await webhooks.change(info.context, input.to_command(info)))

    @strawberry.mutation(graphql_type=WebhookPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def webhook_pause(info: Info, input: WebhookInput) -> Any:
        """Let what happens wait, for at most 30 days."""
        return _shown(await webhooks.pause(info.context, info.context.global_ids.one("Webhook", input.webhook)))

    @strawberry.mutation(graphql_type=WebhookPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def webhook_resume(info: Info, input: WebhookInput) -> Any:
        """Send again, first what waits; of an active webhook, what waits for another attempt is tried at once."""
        return _shown(await webhooks.resume(info.context, info.context.global_ids.one("Webhook", input.webhook)))

    @strawberry.mutation(graphql_type=WebhookPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def webhook_remove(info: Info, input: WebhookInput) -> Any:
        """End a webhook for good; what waits is not sent."""
        return _shown(await webhooks.remove(info.context, info.context.global_ids.one("Webhook", input.webhook)))

    @strawberry.mutation(graphql_type=WebhookSecretPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def webhook_rotate_secret(info: Info, input: WebhookRotateSecretInput) -> Any:
        """Give a webhook another secret, shown this once; for the grace messages bear both signatures."""
        return _signed(await webhooks.rotate_secret(info.context, input.to_command(info.context)))

    @strawberry.mutation(graphql_type=WebhookPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def webhook_test(info: Info, input: WebhookInput) -> Any:
        """Send an event of kind WEBHOOK_TESTED the way all events go; see `deliveries` for how it went."""
        return _shown(await webhooks.test(info.context, info.context.global_ids.one("Webhook", input.webhook)))

    @strawberry.mutation(graphql_type=WebhookReplayPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def webhook_replay(info: Info, input: WebhookReplayInput) -> Any:
        """Send past events again, in their order, behind what waits; each is a new message with a new `webhook-id`."""
        return _replayed(info.context, await webhooks.replay(info.context, input.to_command(info.context)))
