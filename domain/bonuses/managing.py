"""A bonus scheme's life: written, agreed to by who pays and where it counts, published, paused, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.bonuses.errors import BonusSchemeNotFound, BonusSchemeStateConflict, InvalidBonusScheme
from domain.bonuses.models import BonusAgreement, BonusSchemeRow
from domain.bonuses.queries import agreed, scheme_of, versions_of
from domain.bonuses.terms import BonusTerms, Scheme, SchemeId
from domain.coalition.models import Partner
from domain.earning.errors import AgreementMissing
from domain.ids import PartnerId, SegmentId, new_id
from domain.segments.queries import unusable
from domain.storage import WriteSession
from domain.versions import Life

LIFE: Life[Scheme] = Life(
    row=BonusSchemeRow,
    agreement=BonusAgreement,
    key="scheme_id",
    read=scheme_of,
    versions_of=versions_of,
    agreed=agreed,
    missing=BonusSchemeNotFound,
    conflict=BonusSchemeStateConflict,
)


async def draft(session: WriteSession, partner_id: PartnerId, terms: BonusTerms, *, now: datetime) -> Scheme:
    """Write a new scheme of a partner. Raises: InvalidBonusScheme, naming the part."""
    await _check(session, partner_id, terms)
    return await LIFE.write(session, partner_id, new_id(), _columns(terms), now=now)


async def change(
    session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, terms: BonusTerms, *, now: datetime
) -> Scheme:
    """Change a scheme: its draft is rewritten; where it has been live, the change is the draft of its next version.

    What a period is and in what it is measured stays: statements of one scheme correct each other.
    Raises: BonusSchemeNotFound, BonusSchemeStateConflict, InvalidBonusScheme.
    """
    await _check(session, partner_id, terms)
    latest = await LIFE.changeable(session, partner_id, scheme_id)
    for part in ("period", "measure", "source"):
        was_live = latest.version > 1 or latest.live_from is not None
        if was_live and getattr(terms, part) != getattr(latest.terms, part):
            raise InvalidBonusScheme(f"{part} stays for good; write another scheme", path=("terms", part))
    return await LIFE.rewrite(session, scheme_id, latest, _columns(terms), now=now)


async def agree(
    session: WriteSession, party: PartnerId, scheme_id: SchemeId, fingerprint: bytes, *, now: datetime
) -> Scheme:
    """Agree, as one who pays or at whose tills it counts, to the terms that have this fingerprint, and to no others.

    Raises: BonusSchemeNotFound, BonusSchemeStateConflict.
    """
    return await LIFE.agree(session, party, scheme_id, fingerprint, now=now)


async def publish(session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, *, now: datetime) -> Scheme:
    """Let the draft count from now on; a period goes by the first version that was live in it.

    Raises: BonusSchemeNotFound, BonusSchemeStateConflict, AgreementMissing.
    """
    scheme = await LIFE.drafted(session, partner_id, scheme_id)
    await _check_agreed(session, scheme)
    return await LIFE.publish(session, scheme_id, scheme, now=now)


async def pause(session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, *, now: datetime) -> Scheme:
    """Let periods that begin now give nothing. Raises: BonusSchemeNotFound, BonusSchemeStateConflict."""
    return await LIFE.pause(session, partner_id, scheme_id, now=now)


async def resume(session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, *, now: datetime) -> Scheme:
    """Go on under the same terms, as the next version.

    Raises: BonusSchemeNotFound, BonusSchemeStateConflict, AgreementMissing.
    """
    paused = await LIFE.paused(session, partner_id, scheme_id)
    await _check_agreed(session, paused)
    return await LIFE.resume(session, scheme_id, paused, _columns(paused.terms), now=now)


async def end(session: WriteSession, partner_id: PartnerId, scheme_id: SchemeId, *, now: datetime) -> Scheme:
    """Let no period that begins from now on count; those that have begun are still told.

    Raises: BonusSchemeNotFound, BonusSchemeStateConflict.
    """
    return await LIFE.end(session, partner_id, scheme_id, now=now)


async def _check_agreed(session: WriteSession, scheme: Scheme) -> None:
    given = await agreed(session, scheme.scheme_id, scheme.terms.fingerprint())
    missing = set(scheme.terms.funders) - given - {scheme.partner_id}
    if missing:
        raise AgreementMissing(missing)


async def _check(session: WriteSession, partner_id: PartnerId, terms: BonusTerms) -> None:
    for part in ("partners", "sponsors", "makers"):
        named = getattr(terms, part)
        known = await session.scalars(select(col(Partner.partner_id)).where(col(Partner.partner_id).in_(named)))
        if named - set(known):
            raise InvalidBonusScheme(f"{part} are partners of the coalition", path=("terms", part))
    if terms.groups and await unusable(session, partner_id, {SegmentId(one) for one in terms.groups}):
        raise InvalidBonusScheme("groups are your own or shared with you, and not retired", path=("terms", "groups"))


def _columns(terms: BonusTerms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "parties": list(terms.funders),
        "terms": terms.to_json(),
        "fingerprint": terms.fingerprint(),
    }
