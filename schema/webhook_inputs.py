"""What partners say to set webhooks up, change, rotate and replay them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import strawberry

from domain.errors import InvalidValue
from domain.ids import ClientId, PartnerId
from partners.webhooks.managing import ChangeWebhook, CreateWebhook, RotateSecret
from partners.webhooks.replaying import ReplayWebhook
from resolvers import webhooks
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.inside import core_of
from schema.listening import subscribed
from schema.scalars import IdempotencyKey


@strawberry.input
class WebhookPreviewInput:
    """A document to try."""

    document: str
    """The subscription."""
    client: strawberry.ID | None = None
    """The client that the webhook would act as; the one that asks, if not said."""
    event: strawberry.ID | None = None
    """The event to try it on; the newest one of its kinds, if not said."""


@strawberry.input
class WebhookCreateInput:
    """A new webhook."""

    idempotency_key: IdempotencyKey
    """Yours for this webhook."""
    name: str
    """What it is called, at most 100 characters."""
    url: str
    """Where to send: an https address that everybody can reach."""
    document: str
    """One subscription on `events`, without variables or with a default for each."""
    client: strawberry.ID | None = None
    """The client that it acts as; the one that asks, if not said."""

    def to_command(self, info: Info) -> CreateWebhook:
        """As the domain takes it."""
        ctx = info.context
        return CreateWebhook(
            partner_id=PartnerId(acting_partner(ctx.viewer)),
            idempotency_key=self.idempotency_key,
            name=self.name,
            url=self.url,
            subscribed=subscribed(core_of(info.schema), self.document),
            client_id=ClientId(client_named(ctx, self.client)),
        )


@strawberry.input
class WebhookChangeInput:
    """What is to be different about a webhook; what is left out stays."""

    webhook: strawberry.ID
    """The webhook."""
    name: str | None = None
    """What it is called from now on."""
    url: str | None = None
    """Where to send from now on, what waits as well."""
    document: str | None = None
    """What to send from now on, of what waits as well."""
    client: strawberry.ID | None = None
    """The client that it acts as from now on."""

    def to_command(self, info: Info) -> ChangeWebhook:
        """As the domain takes it."""
        ids, document = info.context.global_ids, self.document
        return ChangeWebhook(
            webhook_id=ids.one("Webhook", self.webhook),
            name=self.name,
            url=self.url,
            subscribed=subscribed(core_of(info.schema), document) if document is not None else None,
            client_id=ClientId(ids.one("Client", self.client)) if self.client is not None else None,
        )


@strawberry.input
class WebhookInput:
    """A webhook."""

    webhook: strawberry.ID
    """The webhook."""


@strawberry.input
class WebhookRotateSecretInput:
    """A webhook that is to sign with another secret."""

    idempotency_key: IdempotencyKey
    """Yours for this rotation."""
    webhook: strawberry.ID
    """The webhook."""
    grace_hours: int = 24
    """How long messages bear the signature under the secret before as well: up to 168; with 0 not at all."""

    def to_command(self, ctx: Context) -> RotateSecret:
        """As the domain takes it."""
        return RotateSecret(
            partner_id=PartnerId(acting_partner(ctx.viewer)),
            idempotency_key=self.idempotency_key,
            webhook_id=ctx.global_ids.one("Webhook", self.webhook),
            grace=timedelta(hours=self.grace_hours),
        )


@strawberry.input
class WebhookReplayInput:
    """What to send again: exactly one of deliveries, since and after."""

    idempotency_key: IdempotencyKey
    """Yours for this replay."""
    webhook: strawberry.ID
    """The webhook."""
    deliveries: list[strawberry.ID] | None = None
    """The events of these deliveries, at most 100."""
    since: datetime | None = None
    """All that became known from then on, in real time; of what is wanted and still kept."""
    after: str | None = None
    """All after an event, by its `cursor`; also to go on with a replay that took a part."""

    def to_command(self, ctx: Context) -> ReplayWebhook:
        """As the domain takes it."""
        ids = ctx.global_ids
        named = None if self.deliveries is None else tuple(ids.one("WebhookDelivery", one) for one in self.deliveries)
        return ReplayWebhook(
            partner_id=PartnerId(acting_partner(ctx.viewer)),
            idempotency_key=self.idempotency_key,
            webhook_id=ids.one("Webhook", self.webhook),
            deliveries=named,
            since=self.since,
            after=webhooks.number_after(ctx, self.after) if self.after is not None else None,
        )


def client_named(ctx: Context, named: str | None) -> UUID:
    """The client that is named, or the one that asks. Raises: InvalidValue."""
    if named is not None:
        return ctx.global_ids.one("Client", named)
    if ctx.viewer.client_id is None:
        raise InvalidValue("Name the client that the webhook acts as.", path=("client",))
    return ctx.viewer.client_id
