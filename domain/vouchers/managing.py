"""A coupon's life: written, agreed to by its sponsors, published, paused, ended. What has been live never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.coalition.queries import are_outlets, are_partners
from domain.ids import CouponId, PartnerId, new_id
from domain.storage import WriteSession
from domain.versions import Life
from domain.vouchers import codes
from domain.vouchers.errors import (
    CouponAgreementMissing,
    CouponNotFound,
    CouponStateConflict,
    CouponWordTaken,
    InvalidCoupon,
)
from domain.vouchers.models import CouponAgreement, CouponRow
from domain.vouchers.queries import agreed_sponsors, coupon_of, versions_of
from domain.vouchers.terms import Coupon, CouponTerms

LIFE: Life[Coupon] = Life(
    row=CouponRow,
    agreement=CouponAgreement,
    key="coupon_id",
    read=coupon_of,
    versions_of=versions_of,
    agreed=agreed_sponsors,
    missing=CouponNotFound,
    conflict=CouponStateConflict,
    taken=lambda constraint: CouponWordTaken() if constraint == "uq_coupon_code_lookup" else None,
)


async def draft(
    session: WriteSession, partner_id: PartnerId, terms: CouponTerms, *, key: bytes, now: datetime
) -> Coupon:
    """Write a new coupon of a partner. Raises: InvalidCoupon, naming the part."""
    await _check_places(session, terms)
    return await LIFE.write(session, partner_id, new_id(), _columns(partner_id, terms, key), now=now)


async def change(
    session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, terms: CouponTerms, *, key: bytes, now: datetime
) -> Coupon:
    """Change a coupon: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Where its codes come from stays as it is once it has been live.
    Raises: CouponNotFound, CouponStateConflict, InvalidCoupon.
    """
    await _check_places(session, terms)
    latest = await LIFE.changeable(session, partner_id, coupon_id)
    lived = [one for one in await versions_of(session, coupon_id) if one.live_from is not None]
    if lived and lived[-1].terms.codes is not terms.codes:
        raise InvalidCoupon("codes stay as they were once a coupon has been live", path=("codes",))
    if lived and lived[-1].terms.takes.valued != terms.takes.valued:
        raise InvalidCoupon("valued stays as it was once a coupon has been live", path=("takes", "valued"))
    return await LIFE.rewrite(session, coupon_id, latest, _columns(partner_id, terms, key), now=now)


async def agree(
    session: WriteSession, sponsor_id: PartnerId, coupon_id: CouponId, fingerprint: bytes, *, now: datetime
) -> Coupon:
    """Agree as a sponsor to the terms that have this fingerprint, and to no others; again changes nothing.

    Raises: CouponNotFound, CouponStateConflict.
    """
    return await LIFE.agree(session, sponsor_id, coupon_id, fingerprint, now=now)


async def publish(
    session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, *, by: UUID | None = None, now: datetime
) -> Coupon:
    """Let vouchers of the draft be given and taken from now on; a version that was live until now is followed by it.

    Vouchers that are out keep the terms they were given under.
    Raises: CouponNotFound, CouponStateConflict, CouponAgreementMissing, CouponWordTaken, InvalidCoupon.
    """
    coupon = await LIFE.drafted(session, partner_id, coupon_id)
    if coupon.terms.ends_at is not None and coupon.terms.ends_at <= now:
        raise InvalidCoupon("the coupon would be over before it begins", path=("ends_at",))
    agreed = await agreed_sponsors(session, coupon_id, coupon.terms.fingerprint())
    missing = set(coupon.terms.funders) - set(agreed) - {partner_id}
    if missing:
        raise CouponAgreementMissing(len(missing))
    live = await LIFE.publish(session, coupon_id, coupon, now=now)
    if coupon.terms.uses_in_all is not None:
        await session.execute(
            text("SELECT open_uses(:coupon, :total, :person, :now)"),
            {"coupon": coupon_id, "total": coupon.terms.uses_in_all, "person": by, "now": now},
        )
    return live


async def pause(session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, *, now: datetime) -> Coupon:
    """Give no vouchers for now, and take none. Raises: CouponNotFound, CouponStateConflict."""
    return await LIFE.pause(session, partner_id, coupon_id, now=now)


async def resume(
    session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, *, key: bytes, now: datetime
) -> Coupon:
    """Go on under the same terms, as the next version. Raises: CouponNotFound, CouponStateConflict, CouponWordTaken."""
    paused = await LIFE.paused(session, partner_id, coupon_id)
    return await LIFE.resume(session, coupon_id, paused, _columns(partner_id, paused.terms, key), now=now)


async def end(session: WriteSession, partner_id: PartnerId, coupon_id: CouponId, *, now: datetime) -> Coupon:
    """Give no vouchers any more; those that are out stay good for their term.

    Raises: CouponNotFound, CouponStateConflict.
    """
    return await LIFE.end(session, partner_id, coupon_id, now=now)


async def _check_places(session: WriteSession, terms: CouponTerms) -> None:
    named = {*terms.partners, *terms.funders}
    if not await are_partners(session, named):
        raise InvalidCoupon("partners and sponsors are partners of the coalition", path=("partners",))
    if not await are_outlets(session, terms.outlets, terms.partners):
        raise InvalidCoupon("outlets are outlets of the coupon's partners", path=("outlets",))


def _columns(partner_id: PartnerId, terms: CouponTerms, key: bytes) -> dict[str, Any]:
    word = None if terms.word is None else codes.normal(terms.word)
    return {
        "name": terms.name,
        "terms": terms.to_json(),
        "partners": sorted(terms.partners),
        "sponsors": sorted(terms.funders),
        "code_lookup": None if word is None else codes.lookup(partner_id, word, key),
        "fingerprint": terms.fingerprint(),
    }
