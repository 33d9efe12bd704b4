"""The same purchases through the front door: over HTTP, by the client a storefront engineer uses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal

from domain.coalition.founding import advance_clock
from hansa.beside import serving_beside
from hansa.journey import cast
from hansa.journey.living import Life, Tally
from hansa.journey.trips import Trip
from hansa.settings import Settings
from hansa.storefront import Basket, Card, ClientSecret, Line, Refused, Storefront
from partners.clients import registering
from partners.clients.registering import CreateClient
from partners.scopes import SANDBOX_DEFAULT


@asynccontextmanager
async def recording(settings: Settings, life: Life) -> AsyncIterator[None]:
    """Within the block a journey's purchases go over HTTP, to a server of its own on a free port."""
    ctx = life.at(cast.OPENING)
    shop = life.founded.partners[cast.SHOP]
    command = CreateClient(name="Replay over HTTP", scopes=SANDBOX_DEFAULT, partner_id=shop)
    made = await ctx.write(registering.create, command, now=datetime.now(UTC))
    credential = ClientSecret(str(made.client.client_id), made.secret or "")
    unlimited = settings.model_copy(update={"allowance": 0})
    domain, lanes = life.recorder, life.lanes
    async with serving_beside(unlimited) as served, Storefront.opened(served.issuer, credential) as front:

        async def over_http(trips: Sequence[Trip], now: datetime, tally: Tally) -> None:
            await life.at(now).write(advance_clock, to=now)
            answers = await front.purchases([_basket(trip) for trip in trips])
            for trip, answer in zip(trips, answers, strict=True):
                if isinstance(answer, Refused):
                    raise answer
                tally.baskets += 1
                tally.lines += len(trip.lines)
                tally.idle_lines += answer.idle_lines
                tally.earned += answer.points

        life.recorder, life.lanes = over_http, life.own_lanes()
        try:
            yield
        finally:
            life.recorder, life.lanes = domain, lanes


def _basket(trip: Trip) -> Basket:
    return Basket(
        member=Card(cast.card_of(trip.household)),
        lines=tuple(
            Line(
                sku=line.sku,
                amount=_money(line.amount),
                quantity=line.quantity,
                discount=_money(line.discount),
                coupon=_money(line.coupon),
                coupon_match=_money(line.coupon_match),
                number=line.number,
            )
            for line in trip.lines
        ),
        currency=cast.CURRENCY,
        outlet=str(trip.store),
        occurred_at=trip.at,
        receipt_number=str(trip.basket),
        channel="STORE",
        key=f"journey-basket-{trip.basket}",
    )


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
