"""A coupon's life: written, agreed to by its sponsors, published, paused, ended. What has been live never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.ids import CouponId, PartnerId, new_id
from domain.storage import WriteSession
from domain.vouchers import codes
from domain.vouchers.errors import (
    CouponAgreementMissing,
    CouponNotFound,
    CouponStateConflict,
    CouponWordTaken,
    InvalidCoupon,
)
from domain.vouchers.models import CouponAgreement, CouponRow
from domain.vouchers.queries import agreed_sponsors, coupon_by_id, coupon_of, versions_of
from domain.vouchers.terms import Coupon, CouponState, CouponTerms

DRAFT, LIVE, PAUSED, ENDED = CouponState

_PARTNERS = "SELECT partner_id FROM partner WHERE partner_id = ANY (CAST(:named AS uuid[]))"
_OUTLETS = (
    "SELECT outlet_id FROM outlet WHERE outlet_id = ANY (CAST(:outlets AS uuid[]))"
    " AND partner_id = ANY (CAST(:partners AS uuid[]))"
)


async def draft(
    session: WriteSession, partner_id: PartnerId, terms: CouponTerms, *, key: bytes, now: datetime
) -> Coupon:
    """Write a new coupon of a partner. Raises: InvalidCoupon, naming the part."""
    await _check_places(session, terms)
    return await _insert(session, CouponId(new_id()), 1, partner_id, DRAFT, terms, key, now)


async def change(
    session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, terms: CouponTerms, *, key: bytes, now: datetime
) -> Coupon:
    """Change a coupon: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Where its codes come from stays as it is once it has been live.
    Raises: CouponNotFound, CouponStateConflict, InvalidCoupon.
    """
    await _check_places(session, terms)
    latest = await _owned(session, partner_id, coupon_id)
    if latest.state is ENDED:
        raise CouponStateConflict(latest.state, "changed")
    lived = [one for one in await versions_of(session, coupon_id) if one.live_from is not None]
    if lived and lived[-1].terms.codes is not terms.codes:
        raise InvalidCoupon("codes stay as they were once a coupon has been live", path=("codes",))
    if latest.state is DRAFT:
        return await _move(session, latest, "changed", (DRAFT,), **_columns(partner_id, terms, key))
    return await _insert(session, coupon_id, latest.version + 1, partner_id, DRAFT, terms, key, now)


async def agree(
    session: WriteSession, sponsor_id: PartnerId, coupon_id: CouponId, fingerprint: bytes, *, now: datetime
) -> Coupon:
    """Agree as a sponsor to the terms that have this fingerprint, and to no others; again changes nothing.

    Raises: CouponNotFound, CouponStateConflict.
    """
    coupon = await coupon_by_id(session, coupon_id)
    if sponsor_id not in coupon.terms.funders:
        raise CouponNotFound
    if coupon.terms.fingerprint() != fingerprint:
        raise CouponStateConflict("changed since it was read", "agreed to")
    if sponsor_id not in await agreed_sponsors(session, coupon_id, fingerprint):
        session.add(
            CouponAgreement(
                coupon_id=coupon_id,
                partner_id=sponsor_id,
                fingerprint=fingerprint,
                version=coupon.version,
                owner_id=coupon.partner_id,
                agreed_at=now,
            )
        )
        await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction
    return coupon


async def publish(
    session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, *, by: UUID | None = None, now: datetime
) -> Coupon:
    """Let vouchers of the draft be given and taken from now on; a version that was live until now is followed by it.

    Vouchers that are out keep the terms they were given under.
    Raises: CouponNotFound, CouponStateConflict, CouponAgreementMissing, CouponWordTaken, InvalidCoupon.
    """
    coupon = await _owned(session, partner_id, coupon_id)
    if coupon.state is not DRAFT:
        raise CouponStateConflict(coupon.state, "published")
    if coupon.terms.ends_at is not None and coupon.terms.ends_at <= now:
        raise InvalidCoupon("the coupon would be over before it begins", path=("ends_at",))
    agreed = await agreed_sponsors(session, coupon_id, coupon.terms.fingerprint())
    missing = set(coupon.terms.funders) - set(agreed) - {partner_id}
    if missing:
        raise CouponAgreementMissing(len(missing))
    for version in await versions_of(session, coupon_id):
        if version.state in (LIVE, PAUSED):
            await _move(session, version, "followed", (LIVE, PAUSED), **_ending(version, now))
    live = await _move(session, coupon, "published", (DRAFT,), state=LIVE, live_from=now)
    if coupon.terms.uses_in_all is not None:
        await session.execute(
            text("SELECT open_uses(:coupon, :total, :person, :now)"),
            {"coupon": coupon_id, "total": coupon.terms.uses_in_all, "person": by, "now": now},
        )
    return live


async def pause(session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, *, now: datetime) -> Coupon:
    """Give no vouchers for now, and take none. Raises: CouponNotFound, CouponStateConflict."""
    coupon = await _in_use(session, partner_id, coupon_id, "paused")
    return await _move(session, coupon, "paused", (LIVE,), state=PAUSED, live_until=now)


async def resume(
    session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, *, key: bytes, now: datetime
) -> Coupon:
    """Go on under the same terms, as the next version. Raises: CouponNotFound, CouponStateConflict, CouponWordTaken."""
    paused = await _in_use(session, partner_id, coupon_id, "resumed")
    if paused.state is not PAUSED:
        raise CouponStateConflict(paused.state, "resumed")
    latest = await _owned(session, partner_id, coupon_id)
    await _move(session, paused, "resumed", (PAUSED,), state=ENDED)
    return await _insert(
        session, coupon_id, latest.version + 1, partner_id, LIVE, paused.terms, key, now, live_from=now
    )


async def end(session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, *, now: datetime) -> Coupon:
    """Give no vouchers any more; those that are out stay good for their term.

    Raises: CouponNotFound, CouponStateConflict.
    """
    ended = None
    for version in await versions_of(session, coupon_id):
        if version.partner_id == partner_id and version.state is not ENDED:
            ended = await _move(session, version, "ended", (version.state,), **_ending(version, now))
    if ended is None:
        raise CouponStateConflict((await _owned(session, partner_id, coupon_id)).state, "ended")
    return ended


async def _check_places(session: WriteSession, terms: CouponTerms) -> None:
    named = {*terms.partners, *terms.funders}
    if named - set(await session.scalars(text(_PARTNERS), {"named": list(named)})):
        raise InvalidCoupon("partners and sponsors are partners of the coalition", path=("partners",))
    places = {"outlets": list(terms.outlets), "partners": list(terms.partners)}
    if terms.outlets - set(await session.scalars(text(_OUTLETS), places)):
        raise InvalidCoupon("outlets are outlets of the coupon's partners", path=("outlets",))


async def _owned(session: WriteSession, partner_id: PartnerId, coupon_id: CouponId) -> Coupon:
    coupon = await coupon_by_id(session, coupon_id)
    if coupon.partner_id != partner_id:
        raise CouponNotFound
    return coupon


async def _in_use(session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, step: str) -> Coupon:
    latest = await _owned(session, partner_id, coupon_id)
    for version in await versions_of(session, coupon_id):
        if version.state in (LIVE, PAUSED):
            return version
    raise CouponStateConflict(latest.state, step)


def _ending(version: Coupon, now: datetime) -> dict[str, Any]:
    return {"state": ENDED} | ({"live_until": now} if version.state is LIVE else {})


async def _move(
    session: WriteSession, coupon: Coupon, step: str, states: tuple[CouponState, ...], **columns: Any
) -> Coupon:
    """Write columns of a version, provided that nobody else has moved or changed it since it was read."""
    moving = (
        update(CouponRow)
        .where(
            col(CouponRow.coupon_id) == coupon.coupon_id,
            col(CouponRow.version) == coupon.version,
            col(CouponRow.state).in_(states),
            col(CouponRow.fingerprint) == coupon.terms.fingerprint(),
        )
        .values(**columns)
        .returning(CouponRow)
        .execution_options(populate_existing=True)
    )
    try:
        row = (await session.execute(moving)).scalar_one_or_none()
    except IntegrityError as clash:
        raise _clash(clash) from None
    if row is None:
        raise CouponStateConflict("changed by somebody else in the meantime", step)
    return coupon_of(row)


async def _insert(
    session: WriteSession,
    coupon_id: CouponId,
    version: int,
    partner_id: PartnerId,
    state: CouponState,
    terms: CouponTerms,
    key: bytes,
    now: datetime,
    **columns: Any,
) -> Coupon:
    row = CouponRow(
        coupon_id=coupon_id,
        version=version,
        state=state,
        created_at=now,
        **_columns(partner_id, terms, key),
        **columns,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as clash:
        raise _clash(clash) from None
    here = (col(CouponRow.coupon_id) == coupon_id, col(CouponRow.version) == version)
    stored = await session.scalar(select(CouponRow).where(*here))
    assert stored is not None
    return coupon_of(stored)


def _clash(clash: IntegrityError) -> Exception:
    cause = clash.orig.__cause__ if clash.orig else None
    if not isinstance(cause, UniqueViolationError):
        return clash
    if cause.constraint_name == "uq_coupon_code_lookup":
        return CouponWordTaken()
    return CouponStateConflict("changed by somebody else in the meantime", "changed")


def _columns(partner_id: PartnerId, terms: CouponTerms, key: bytes) -> dict[str, Any]:
    word = None if terms.word is None else codes.normal(terms.word)
    return {
        "partner_id": partner_id,
        "name": terms.name,
        "terms": terms.to_json(),
        "partners": sorted(terms.partners),
        "sponsors": sorted(terms.funders),
        "code_lookup": None if word is None else codes.lookup(partner_id, word, key),
        "fingerprint": terms.fingerprint(),
    }
