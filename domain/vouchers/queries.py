"""Reading coupons and vouchers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, func, select, tuple_
from sqlmodel import col

from domain.ids import CouponId, PartnerId
from domain.paging import Page, PageRequest
from domain.storage import COALITION, ReadSession, Sight, concerning, sight_of
from domain.vouchers.errors import CouponNotFound
from domain.vouchers.models import CouponAgreement, CouponRow, VoucherCode, VoucherRow, VoucherState
from domain.vouchers.terms import Codes, Coupon, CouponState, terms_from_json
from domain.vouchers.told import Told, told

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_OWN = "SELECT * FROM read_vouchers($1, $2, $3, $4, $5)"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a coupon's vouchers, for its owner."""

    issued: int
    open: int
    used: int
    """How often any was used."""
    expired: int
    cancelled: int
    codes_left: int
    """Of its pool."""


async def coupon_by_id(session: ReadSession, coupon_id: CouponId) -> Coupon:
    """The latest version of a coupon that the viewer may see. Raises: CouponNotFound."""
    versions = await versions_of(session, coupon_id)
    if not versions:
        raise CouponNotFound
    return versions[-1]


async def versions_of(session: ReadSession, coupon_id: CouponId) -> list[Coupon]:
    """All versions of a coupon that the viewer may see, in order."""
    statement = select(CouponRow).where(col(CouponRow.coupon_id) == coupon_id, visible_to(sight_of(session)))
    return [coupon_of(row) for row in await session.scalars(statement.order_by(col(CouponRow.version)))]


async def coupons_of(
    session: ReadSession, partner_id: PartnerId, request: PageRequest, *, states: Collection[CouponState] = ()
) -> Page[Coupon]:
    """The versions of coupons that a partner owns, pays for or takes, the latest first."""
    concerned = (
        (col(CouponRow.partner_id) == partner_id)
        | col(CouponRow.sponsors).contains([partner_id])
        | col(CouponRow.partners).contains([partner_id])
    )
    key = (col(CouponRow.coupon_id), col(CouponRow.version))
    statement = select(CouponRow).where(concerned, visible_to(sight_of(session)))
    statement = statement.order_by(*(part.desc() for part in key))
    if states:
        statement = statement.where(col(CouponRow.state).in_(states))
    if request.after is not None:
        statement = statement.where(tuple_(*key) < request.after)
    rows = await session.scalars(statement.limit(request.first + 1))
    return Page.of([coupon_of(row) for row in rows], request, lambda coupon: (coupon.coupon_id, coupon.version))


async def latest_coupons(session: ReadSession) -> list[Coupon]:
    """The latest version of every coupon that the viewer may see, the oldest coupon first."""
    statement = select(CouponRow).where(visible_to(sight_of(session)))
    ordered = statement.order_by(col(CouponRow.coupon_id), col(CouponRow.version))
    return [coupon_of(row) for row in {row.coupon_id: row for row in await session.scalars(ordered)}.values()]


async def coupons_to_give(session: ReadSession, partner_id: PartnerId, coupon_ids: Iterable[UUID]) -> set[UUID]:
    """Those among these coupons of which a partner may promise vouchers: its own, live, with a code for each.

    None whose vouchers have amounts of their own: a promise names none.
    """
    wanted = list(coupon_ids)
    if not wanted:
        return set()
    rows = await session.scalars(
        select(CouponRow).where(
            col(CouponRow.coupon_id).in_(wanted),
            col(CouponRow.partner_id) == partner_id,
            col(CouponRow.state) == CouponState.LIVE,
            visible_to(sight_of(session)),
        )
    )
    coupons = [coupon_of(row) for row in rows]
    return {one.coupon_id for one in coupons if one.terms.codes is not Codes.PUBLIC and not one.terms.takes.valued}


async def agreed_sponsors(session: ReadSession, coupon_id: CouponId, fingerprint: bytes) -> dict[PartnerId, datetime]:
    """Which sponsors have agreed to a coupon's terms, and when."""
    rows = await session.scalars(
        select(CouponAgreement).where(
            col(CouponAgreement.coupon_id) == coupon_id,
            col(CouponAgreement.fingerprint) == fingerprint,
            concerning(sight_of(session), col(CouponAgreement.partner_id), col(CouponAgreement.owner_id)),
        )
    )
    return {PartnerId(row.partner_id): row.agreed_at for row in rows}


async def counts_of(session: ReadSession, coupon_id: CouponId) -> Counts:
    """What became of a coupon's vouchers; nothing, for who does not own it."""
    own = concerning(sight_of(session), col(VoucherRow.partner_id))
    columns = (col(VoucherRow.state), func.count(), func.coalesce(func.sum(col(VoucherRow.used)), 0))
    found = await session.execute(
        select(*columns).where(col(VoucherRow.coupon_id) == coupon_id, own).group_by(col(VoucherRow.state))
    )
    rows = {state: (count, used) for state, count, used in found}
    left = await session.scalar(
        select(func.count(col(VoucherCode.lookup))).where(
            col(VoucherCode.coupon_id) == coupon_id,
            col(VoucherCode.taken_at).is_(None),
            concerning(sight_of(session), col(VoucherCode.partner_id)),
        )
    )

    def standing(state: VoucherState) -> int:
        return int(rows.get(state, (0, 0))[0])

    return Counts(
        issued=sum(int(count) for count, _ in rows.values()),
        open=standing(VoucherState.OPEN),
        used=sum(int(used) for _, used in rows.values()),
        expired=standing(VoucherState.EXPIRED),
        cancelled=standing(VoucherState.CANCELLED),
        codes_left=int(left or 0),
    )


async def vouchers_of(
    pool: Pool, wallet_id: UUID, request: PageRequest, *, open_at: datetime | None, sight: Sight
) -> Page[Told]:
    """A member's own vouchers, the latest first; only those that can still be used at an instant, if one is said."""
    after = request.after[0] if request.after else None
    rows = await pool.fetch(_OWN, sight.value, wallet_id, open_at, after, request.first + 1)
    return Page.of([told(row) for row in rows], request, lambda voucher: (voucher.voucher_id,))


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """The versions a viewer may see: a draft is its owner's and sponsors', what has been live also who takes it."""
    if sight == COALITION or sight.partner_id is None:
        return concerning(sight)
    own = concerning(sight, col(CouponRow.partner_id))
    taking = col(CouponRow.live_from).is_not(None) & col(CouponRow.partners).contains([sight.partner_id])
    return own | col(CouponRow.sponsors).contains([sight.partner_id]) | taking


def coupon_of(row: CouponRow) -> Coupon:
    """A row as the rules know it."""
    return Coupon(
        coupon_id=CouponId(row.coupon_id),
        version=row.version,
        partner_id=PartnerId(row.partner_id),
        state=CouponState(row.state),
        terms=terms_from_json(row.terms),
        live_from=row.live_from,
        live_until=row.live_until,
    )


async def valued_coupon(session: ReadSession, partner_id: PartnerId, coupon_id: UUID) -> Coupon | None:
    """The live version of a partner's coupon whose vouchers have amounts of their own; None: it is none such."""
    row = await session.scalar(
        select(CouponRow).where(
            col(CouponRow.coupon_id) == coupon_id,
            col(CouponRow.partner_id) == partner_id,
            col(CouponRow.state) == CouponState.LIVE,
            visible_to(sight_of(session)),
        )
    )
    coupon = None if row is None else coupon_of(row)
    return coupon if coupon is not None and coupon.terms.takes.valued else None


async def owns_coupon(session: ReadSession, partner_id: PartnerId, coupon_id: UUID) -> bool:
    """Whether a coupon is a partner's own, wherever it stands."""
    own = select(col(CouponRow.coupon_id)).where(
        col(CouponRow.coupon_id) == coupon_id,
        col(CouponRow.partner_id) == partner_id,
        visible_to(sight_of(session)),
    )
    return await session.scalar(own.limit(1)) is not None
