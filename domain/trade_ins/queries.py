"""Reading trade-ins: schemes, what a partner took by them, and what a member handed in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import ColumnElement, select, text, tuple_
from sqlmodel import col

from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.storage import COALITION, ReadSession, Sight, concerning, sight_of
from domain.trade_ins.errors import TradeInNotFound, TradeInSchemeNotFound
from domain.trade_ins.models import (
    Closed,
    CreditState,
    ItemState,
    TradeInAgreement,
    TradeInCredit,
    TradeInItem,
    TradeInRow,
    TradeInSchemeRow,
)
from domain.trade_ins.terms import Form, Scheme, SchemeId, SchemeState, SchemeTerms

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_AT = "SELECT * FROM trade_in_schemes_at($1)"
_MINE = text("SELECT * FROM my_trade_ins(:member, CAST(:before AS uuid), :most)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeIn:
    """What one member handed in together, with what it got for it."""

    trade_in_id: UUID
    scheme_id: UUID
    version: int
    partner_id: PartnerId
    member_id: UUID
    outlet_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    reversed_at: datetime | None
    items: tuple[TradeInItem, ...]
    credits: tuple[TradeInCredit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MyItem:
    """An item as its member sees it."""

    item_id: UUID
    scheme: str
    partner_id: UUID
    category: str
    grade: str
    units: int
    value: int
    """In minor units, by the price list."""
    state: ItemState
    due_at: datetime | None
    closed_as: Closed | None
    sold_for: int | None
    handed_in_at: datetime
    form: Form | None
    credit: int | None
    """In minor units; None: not yet, or none."""
    credit_state: CreditState | None
    voucher_id: UUID | None


async def scheme_by_id(session: ReadSession, scheme_id: SchemeId) -> Scheme:
    """The latest version of a scheme that the viewer may see. Raises: TradeInSchemeNotFound."""
    versions = await versions_of(session, scheme_id)
    if not versions:
        raise TradeInSchemeNotFound
    return versions[-1]


async def versions_of(session: ReadSession, scheme_id: SchemeId) -> list[Scheme]:
    """All versions of a scheme that the viewer may see, in order."""
    found = select(TradeInSchemeRow).where(col(TradeInSchemeRow.scheme_id) == scheme_id, visible_to(sight_of(session)))
    return [scheme_of(row) for row in await session.scalars(found.order_by(col(TradeInSchemeRow.version)))]


async def schemes_page(
    session: ReadSession, request: PageRequest, *, states: Collection[SchemeState] = ()
) -> Page[Scheme]:
    """The versions of schemes that the viewer owns, pays for or takes items by, the latest first."""
    key = (col(TradeInSchemeRow.scheme_id), col(TradeInSchemeRow.version))
    found = select(TradeInSchemeRow).where(visible_to(sight_of(session))).order_by(*(part.desc() for part in key))
    if states:
        found = found.where(col(TradeInSchemeRow.state).in_(states))
    if request.after is not None:
        found = found.where(tuple_(*key) < request.after)
    rows = await session.scalars(found.limit(request.first + 1))
    return Page.of([scheme_of(row) for row in rows], request, lambda one: (one.scheme_id, one.version))


async def schemes_at(pool: Pool, partner_id: PartnerId) -> list[Scheme]:
    """The schemes by which a partner takes items now."""
    rows = [dict(row) for row in await pool.fetch(_AT, partner_id)]
    return [scheme_of(TradeInSchemeRow(**{**row, "terms": orjson.loads(row["terms"])})) for row in rows]


async def scheme_at(pool: Pool, partner_id: PartnerId, scheme_id: SchemeId | None) -> Scheme:
    """The scheme that is named, or the one there is at a partner's counters. Raises: TradeInSchemeNotFound."""
    found = [one for one in await schemes_at(pool, partner_id) if scheme_id in {None, one.scheme_id}]
    if len(found) != 1:
        raise TradeInSchemeNotFound
    return found[0]


async def agreed_sponsors(session: ReadSession, scheme_id: SchemeId, fingerprint: bytes) -> dict[PartnerId, datetime]:
    """Which sponsors have agreed to a scheme's terms, and when."""
    rows = await session.scalars(
        select(TradeInAgreement).where(
            col(TradeInAgreement.scheme_id) == scheme_id,
            col(TradeInAgreement.fingerprint) == fingerprint,
            concerning(sight_of(session), col(TradeInAgreement.partner_id), col(TradeInAgreement.owner_id)),
        )
    )
    return {PartnerId(row.partner_id): row.agreed_at for row in rows}


async def trade_in_by_id(session: ReadSession, trade_in_id: UUID) -> TradeIn:
    """One that the viewer took. Raises: TradeInNotFound."""
    (found,) = await trade_ins_by_ids(session, [trade_in_id])
    if found is None:
        raise TradeInNotFound
    return found


async def trade_ins_by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[TradeIn | None]:
    """Trade-ins in the order asked for; None for those the viewer did not take."""
    rows = await session.scalars(
        select(TradeInRow).where(
            col(TradeInRow.trade_in_id).in_(ids), concerning(sight_of(session), col(TradeInRow.partner_id))
        )
    )
    found = {one.trade_in_id: one for one in await _whole(session, list(rows))}
    return [found.get(one) for one in ids]


async def trade_ins_page(
    session: ReadSession,
    request: PageRequest,
    *,
    scheme_id: SchemeId | None = None,
    states: Collection[ItemState] = (),
) -> Page[TradeIn]:
    """What the viewer took, the latest first; with states, where an item stands so."""
    own = concerning(sight_of(session), col(TradeInRow.partner_id))
    found = select(TradeInRow).where(own).order_by(col(TradeInRow.trade_in_id).desc())
    if scheme_id is not None:
        found = found.where(col(TradeInRow.scheme_id) == scheme_id)
    if states:
        standing = select(col(TradeInItem.trade_in_id)).where(col(TradeInItem.state).in_(states))
        found = found.where(col(TradeInRow.trade_in_id).in_(standing))
    if request.after is not None:
        found = found.where(col(TradeInRow.trade_in_id) < request.after[0])
    rows = list(await session.scalars(found.limit(request.first + 1)))
    return Page.of(await _whole(session, rows), request, lambda one: (one.trade_in_id,))


async def mine(session: ReadSession, member_id: UUID, request: PageRequest) -> Page[MyItem]:
    """What a member handed in, the latest first; with the member's own sight."""
    before = None if request.after is None else request.after[0]
    asked = {"member": member_id, "before": before, "most": request.first + 1}
    rows = (await session.execute(_MINE, asked)).mappings()
    return Page.of([_my_item(dict(row)) for row in rows], request, lambda one: (one.item_id,))


async def _whole(session: ReadSession, rows: Sequence[TradeInRow]) -> list[TradeIn]:
    ids = [row.trade_in_id for row in rows]
    of = select(TradeInItem).where(col(TradeInItem.trade_in_id).in_(ids)).order_by(col(TradeInItem.number))
    items = list(await session.scalars(of.where(concerning(sight_of(session), col(TradeInItem.partner_id)))))
    credited = select(TradeInCredit).where(col(TradeInCredit.trade_in_id).in_(ids))
    credited = credited.where(concerning(sight_of(session), col(TradeInCredit.partner_id)))
    given = list(await session.scalars(credited.order_by(col(TradeInCredit.credit_id))))
    return [
        TradeIn(
            trade_in_id=row.trade_in_id,
            scheme_id=row.scheme_id,
            version=row.version,
            partner_id=PartnerId(row.partner_id),
            member_id=row.member_id,
            outlet_id=row.outlet_id,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            reversed_at=row.reversed_at,
            items=tuple(item for item in items if item.trade_in_id == row.trade_in_id),
            credits=tuple(credit for credit in given if credit.trade_in_id == row.trade_in_id),
        )
        for row in rows
    ]


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """The versions a viewer may see: a draft is its owner's and sponsors', what has been live also its shops'."""
    if sight == COALITION or sight.partner_id is None:
        return concerning(sight)
    own = concerning(sight, col(TradeInSchemeRow.partner_id))
    pays = col(TradeInSchemeRow.sponsors).contains([sight.partner_id])
    takes = col(TradeInSchemeRow.live_from).is_not(None) & col(TradeInSchemeRow.partners).contains([sight.partner_id])
    return own | pays | takes


def scheme_of(row: TradeInSchemeRow) -> Scheme:
    """A row as the rules know it."""
    return Scheme(
        scheme_id=SchemeId(row.scheme_id),
        version=row.version,
        partner_id=PartnerId(row.partner_id),
        state=SchemeState(row.state),
        terms=SchemeTerms.from_json(row.terms),
        live_from=row.live_from,
        live_until=row.live_until,
    )


def _my_item(row: dict[str, object]) -> MyItem:
    enums = {"state": ItemState, "closed_as": Closed, "form": Form, "credit_state": CreditState}
    told = {name: None if row[name] is None else kind(str(row[name])) for name, kind in enums.items()}
    return MyItem(**{**row, **told})  # type: ignore[arg-type]
