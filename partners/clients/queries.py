"""Clients, as whoever may see them looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, or_
from sqlmodel import col, select

from domain.errors import NotFound
from domain.ids import ClientId, PartnerId
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, concerning, sight_of
from partners.clients.models import Client


async def by_id(session: ReadSession, client_id: ClientId) -> Client:
    """A client that the viewer may see. Raises: NotFound."""
    (client,) = await by_ids(session, [client_id])
    if client is None:
        raise NotFound("There is no such client.", path=("client",))
    return client


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[Client | None]:
    """The clients that the viewer may see, in the order of the ids."""
    found = await session.scalars(select(Client).where(col(Client.client_id).in_(ids), _seen_by(session)))
    clients = {client.client_id: client for client in found}
    return [clients.get(client_id) for client_id in ids]


async def listed(session: ReadSession, *, partner_id: PartnerId | None = None) -> list[Client]:
    """The clients that the viewer may see, oldest first; of one partner, if one is named."""
    query = select(Client).where(_seen_by(session)).order_by(col(Client.client_id))
    if partner_id is not None:
        query = query.where(col(Client.partner_id) == partner_id)
    return list(await session.scalars(query))


async def clients_of(session: ReadSession, partner_id: PartnerId | None, page: PageRequest) -> Page[Client]:
    """The clients of a partner, or the coalition's own, oldest first; those that were revoked among them."""
    query = select(Client).where(_seen_by(session), col(Client.partner_id).is_not_distinct_from(partner_id))
    if page.after is not None:
        query = query.where(col(Client.client_id) > page.after[0])
    rows = await session.scalars(query.order_by(col(Client.client_id)).limit(page.first + 1))
    return Page.of(list(rows), page, lambda row: (row.client_id,))


async def clients_like(session: ReadSession, begins: str, most: int) -> list[Client]:
    """The clients whose name or id begins so, letter case aside, as far as the viewer may see them, oldest first."""
    small = begins.lower()
    names = (func.lower(Client.name), cast(col(Client.client_id), Text))
    named = or_(*(name.startswith(small, autoescape=True) for name in names))
    query = select(Client).where(named, _seen_by(session)).order_by(col(Client.client_id))
    return list(await session.scalars(query.limit(most)))


def _seen_by(session: ReadSession) -> ColumnElement[bool]:
    return concerning(sight_of(session), col(Client.partner_id))
