"""A scheme's life: written, agreed to by its sponsors, published, paused, ended. What has been live never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.coalition.queries import are_outlets, are_partners
from domain.ids import PartnerId, new_id
from domain.storage import WriteSession
from domain.trade_ins.errors import (
    InvalidTradeInScheme,
    TradeInAgreementMissing,
    TradeInSchemeNotFound,
    TradeInSchemeStateConflict,
)
from domain.trade_ins.models import TradeInAgreement, TradeInSchemeRow
from domain.trade_ins.queries import agreed_sponsors, scheme_of, versions_of
from domain.trade_ins.terms import Scheme, SchemeId, SchemeTerms
from domain.versions import Life
from domain.vouchers.queries import owns_coupon, valued_coupon

LIFE: Life[Scheme] = Life(
    row=TradeInSchemeRow,
    agreement=TradeInAgreement,
    key="scheme_id",
    read=scheme_of,
    versions_of=versions_of,
    agreed=agreed_sponsors,
    missing=TradeInSchemeNotFound,
    conflict=TradeInSchemeStateConflict,
)


async def draft(session: WriteSession, partner_id: PartnerId, terms: SchemeTerms, *, now: datetime) -> Scheme:
    """Write a new scheme of a partner. Raises: InvalidTradeInScheme, naming the part."""
    await _check_named(session, partner_id, terms)
    return await LIFE.write(session, partner_id, new_id(), _columns(terms), now=now)


async def change(
    session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, terms: SchemeTerms, *, now: datetime
) -> Scheme:
    """Change a scheme: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Raises: TradeInSchemeNotFound, TradeInSchemeStateConflict, InvalidTradeInScheme.
    """
    await _check_named(session, partner_id, terms)
    latest = await LIFE.changeable(session, partner_id, scheme_id)
    return await LIFE.rewrite(session, scheme_id, latest, _columns(terms), now=now)


async def agree(
    session: WriteSession, sponsor_id: PartnerId, scheme_id: SchemeId, fingerprint: bytes, *, now: datetime
) -> Scheme:
    """Agree as a sponsor to the terms that have this fingerprint, and to no others; again changes nothing.

    Raises: TradeInSchemeNotFound, TradeInSchemeStateConflict.
    """
    return await LIFE.agree(session, sponsor_id, scheme_id, fingerprint, now=now)


async def publish(session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, *, now: datetime) -> Scheme:
    """Let items be taken by the draft from now on; a version that was live until now is followed by it.

    Raises: TradeInSchemeNotFound, TradeInSchemeStateConflict, TradeInAgreementMissing, InvalidTradeInScheme.
    """
    scheme = await LIFE.drafted(session, partner_id, scheme_id)
    await _check_publishable(session, scheme)
    return await LIFE.publish(session, scheme_id, scheme, now=now)


async def pause(session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, *, now: datetime) -> Scheme:
    """Take no items for now; what is consigned is still sold.

    Raises: TradeInSchemeNotFound, TradeInSchemeStateConflict.
    """
    return await LIFE.pause(session, partner_id, scheme_id, now=now)


async def resume(session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, *, now: datetime) -> Scheme:
    """Go on under the same terms, as the next version.

    Raises: TradeInSchemeNotFound, TradeInSchemeStateConflict, TradeInAgreementMissing, InvalidTradeInScheme.
    """
    paused = await LIFE.paused(session, partner_id, scheme_id)
    await _check_publishable(session, paused)
    return await LIFE.resume(session, scheme_id, paused, _columns(paused.terms), now=now)


async def end(session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, *, now: datetime) -> Scheme:
    """Take no items any more; what is consigned is still sold, and credited.

    Raises: TradeInSchemeNotFound, TradeInSchemeStateConflict.
    """
    return await LIFE.end(session, partner_id, scheme_id, now=now)


async def _check_publishable(session: WriteSession, scheme: Scheme) -> None:
    terms = scheme.terms
    if terms.coupon is not None:
        coupon = await valued_coupon(session, scheme.partner_id, terms.coupon)
        if coupon is None:
            raise InvalidTradeInScheme(
                "coupon is your own and live, and its vouchers are valued", path=("terms", "coupon")
            )
        pays = {(sponsor.partner_id, sponsor.share) for sponsor in coupon.terms.sponsors}
        if pays != {(sponsor.partner_id, sponsor.share) for sponsor in terms.sponsors}:
            raise InvalidTradeInScheme("sponsors are those of the coupon, with its shares", path=("terms", "sponsors"))
    agreed = await agreed_sponsors(session, scheme.scheme_id, terms.fingerprint())
    missing = set(terms.funders) - set(agreed) - {scheme.partner_id}
    if missing:
        raise TradeInAgreementMissing(len(missing))


async def _check_named(session: WriteSession, partner_id: PartnerId, terms: SchemeTerms) -> None:
    named = {*terms.partners, *terms.funders}
    if not await are_partners(session, named):
        raise InvalidTradeInScheme("partners and sponsors are partners of the coalition", path=("terms", "partners"))
    if not await are_outlets(session, terms.outlets, terms.partners):
        raise InvalidTradeInScheme("outlets are outlets of the scheme's partners", path=("terms", "outlets"))
    if terms.coupon is not None and not await owns_coupon(session, partner_id, terms.coupon):
        raise InvalidTradeInScheme("coupon is one of your own", path=("terms", "coupon"))


def _columns(terms: SchemeTerms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "terms": terms.to_json(),
        "partners": sorted(terms.partners),
        "sponsors": sorted(terms.funders),
        "fingerprint": terms.fingerprint(),
    }
