"""Webhooks, as a partner's people and programs set them up and look after them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from domain.errors import NotFound
from domain.events.models import Event, EventKind
from domain.ids import ClientId, PartnerId
from domain.paging import Page, PageRequest
from partners.acting import actor_of
from partners.clients import ceilings
from partners.scopes import known
from partners.viewer import Viewer
from partners.webhooks import managing, reading, replaying, viewing
from partners.webhooks.managing import ChangeWebhook, CreateWebhook, Manager, RotateSecret, Signed
from partners.webhooks.models import DeliveryState, Webhook, WebhookAttempt, WebhookDelivery
from partners.webhooks.replaying import Replayed, ReplayWebhook
from resolvers.context import Context
from resolvers.events import ORDER
from resolvers.policies import acting_partner


def manager_of(viewer: Viewer) -> Manager:
    """Who sets a webhook up, and whose eyes may be lent to it."""
    return Manager(
        actor=actor_of(viewer),
        client_id=viewer.client_id,
        scopes=viewer.scopes,
        any_client=viewer.person_id is not None,
    )


async def own(ctx: Context) -> list[Webhook]:
    """The webhooks of the partner that asks."""
    return await ctx.read(reading.webhooks, acting_partner(ctx.viewer))


async def find(ctx: Context, webhook_id: UUID) -> Webhook:
    """A webhook of one's own. Raises: WebhookNotFound."""
    return await ctx.read(managing.by_id, webhook_id)


async def find_delivery(ctx: Context, delivery_id: UUID) -> WebhookDelivery:
    """A delivery of a webhook of one's own. Raises: WebhookNotFound."""
    return await ctx.read(reading.delivery, delivery_id)


async def deliveries_of(
    ctx: Context, webhook_id: UUID, page: PageRequest, state: DeliveryState | None
) -> Page[WebhookDelivery]:
    """The deliveries of a webhook, the newest first."""
    return await ctx.read(reading.deliveries, webhook_id, page, state=state)


async def attempts_of(ctx: Context, delivery_id: UUID) -> list[WebhookAttempt]:
    """How the attempts of a delivery went."""
    return await ctx.load(reading.attempts, delivery_id)


async def create(ctx: Context, command: CreateWebhook) -> Signed:
    """Set a webhook up. Raises: AddressRefused, and what managing refuses."""
    await _check_url(ctx, command.url)
    manager = manager_of(ctx.viewer)
    return await ctx.write(managing.create, command, manager, key=ctx.keys.webhooks, now=ctx.real_now())


async def change(ctx: Context, command: ChangeWebhook) -> Webhook:
    """Change a webhook. Raises: AddressRefused, and what managing refuses."""
    if command.url is not None:
        await _check_url(ctx, command.url)
    return await ctx.write(managing.change, command, manager_of(ctx.viewer), now=ctx.real_now())


async def pause(ctx: Context, webhook_id: UUID) -> Webhook:
    """Let what happens wait."""
    return await ctx.write(managing.pause, webhook_id, manager_of(ctx.viewer), now=ctx.real_now())


async def resume(ctx: Context, webhook_id: UUID) -> Webhook:
    """Send again."""
    return await ctx.write(managing.resume, webhook_id, manager_of(ctx.viewer), now=ctx.real_now())


async def remove(ctx: Context, webhook_id: UUID) -> Webhook:
    """End a webhook."""
    return await ctx.write(managing.remove, webhook_id, manager_of(ctx.viewer), now=ctx.real_now())


async def rotate_secret(ctx: Context, command: RotateSecret) -> Signed:
    """Give a webhook another secret."""
    manager = manager_of(ctx.viewer)
    return await ctx.write(managing.rotate_secret, command, manager, key=ctx.keys.webhooks, now=ctx.real_now())


async def test(ctx: Context, webhook_id: UUID) -> Webhook:
    """Let an event happen that only this webhook hears of."""
    return await ctx.write(managing.test, webhook_id, occurred_at=ctx.now)


async def replay(ctx: Context, command: ReplayWebhook) -> Replayed:
    """Send past events again."""
    return await ctx.write(replaying.replay, command, now=ctx.real_now())


def number_after(ctx: Context, cursor: str) -> int:
    """The number that a cursor of events names. Raises: InvalidValue."""
    (number,) = ctx.cursors.decode(ORDER, cursor)
    return int(number)


def cursor_after(ctx: Context, number: int) -> str:
    """The place after the event with this number, as events tell it."""
    return ctx.cursors.encode(ORDER, (number,))


async def event_to_try(ctx: Context, kinds: Collection[EventKind], named: UUID | None) -> Event | None:
    """One event of one's own, or else the newest of these kinds. Raises: NotFound."""
    partner_id = acting_partner(ctx.viewer)
    if named is None:
        return await ctx.read(reading.newest, partner_id, kinds)
    found = await ctx.read(reading.event, partner_id, named.int)
    if found is None:
        raise NotFound("There is no such event, or it was forgotten.", path=("event",))
    return found


async def as_client(ctx: Context, client_id: UUID) -> Context:
    """A moment of its own with a client's eyes, as far as whoever asks may lend them. Raises: WebhookClientRefused."""
    partner_id = PartnerId(acting_partner(ctx.viewer))
    client = await ctx.read(managing.check_client, partner_id, ClientId(client_id), manager_of(ctx.viewer))
    held = known(client.scopes) & await ctx.read(ceilings.ceiling_of, partner_id)
    fresh = ctx.fresh()
    fresh.viewer = viewing.as_client(
        partner_id=partner_id,
        client_id=client.client_id,
        outlet_id=client.outlet_id,
        scopes=held,
        sandbox=ctx.viewer.sandbox,
    )
    return fresh


async def _check_url(ctx: Context, url: str) -> None:
    await managing.check_url(url, ctx.outside.outbound, sandbox=ctx.viewer.sandbox)
