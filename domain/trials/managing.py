"""A trial's life: written, published with its places and its seed, paused, ended. What was live stays as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from domain.coalition.models import Partner
from domain.ids import PartnerId, SegmentId, new_id
from domain.products.models import Product
from domain.segments.queries import unusable
from domain.storage import WriteSession
from domain.surveys.errors import SurveyNotFound
from domain.surveys.queries import versions_of as surveys_of
from domain.surveys.terms import SurveyState
from domain.trials.errors import InvalidTrial, PlacesTaken, TrialNameTaken, TrialNotFound, TrialStateConflict
from domain.trials.models import TrialRow
from domain.trials.queries import trial_of, versions_of
from domain.trials.terms import Trial, TrialId, TrialTerms
from domain.versions import Life
from domain.vouchers.models import CouponRow

LIFE: Life[Trial] = Life(
    row=TrialRow,
    key="trial_id",
    read=trial_of,
    versions_of=versions_of,
    missing=TrialNotFound,
    conflict=TrialStateConflict,
    taken=lambda law: TrialNameTaken() if law == "uq_trial_name" else None,
)
STAYS = ("name", "choosing", "handing", "coupon", "survey", "apply_from", "apply_until")
"""What members rely on who have applied: no next version changes it."""

_OPEN = text("SELECT open_trial(:trial, :places, :seed, :now)")


async def draft(session: WriteSession, owner: PartnerId, terms: TrialTerms, *, now: datetime) -> Trial:
    """Write a new trial. Raises: InvalidTrial, naming the part."""
    await _check_sound(session, owner, terms)
    return await LIFE.write(session, owner, new_id(), _columns(terms), now=now)


async def change(
    session: WriteSession, owner: PartnerId, trial_id: TrialId, terms: TrialTerms, *, now: datetime
) -> Trial:
    """Change a trial: its draft is rewritten; where it has been live, the change is the draft of its next version.

    Raises: InvalidTrial, TrialNotFound, TrialStateConflict.
    """
    await _check_sound(session, owner, terms)
    latest = await LIFE.changeable(session, owner, trial_id)
    live = [one for one in await versions_of(session, trial_id) if one.live_from is not None]
    for name in STAYS if live else ():
        if getattr(terms, name) != getattr(live[-1].terms, name):
            raise InvalidTrial(f"{name} stays as it is: members have applied by it", path=(name,))
    return await LIFE.rewrite(session, trial_id, latest, _columns(terms), now=now)


async def publish(session: WriteSession, owner: PartnerId, trial_id: TrialId, *, seed: bytes, now: datetime) -> Trial:
    """Let members apply from now on; a version that was live is followed by it, and takes its places along.

    The seed is what its draw will go by, where it is published for the first time; its digest is told from then on.
    Raises: InvalidTrial, TrialNotFound, TrialStateConflict, TrialNameTaken, PlacesTaken.
    """
    trial = await LIFE.drafted(session, owner, trial_id)
    await _check_publishable(session, owner, trial.terms, now)
    live = await LIFE.publish(session, trial_id, trial, now=now)
    said = {"trial": trial_id, "places": trial.terms.places, "seed": seed, "now": now}
    if await session.scalar(_OPEN, said) == "TAKEN":
        raise PlacesTaken
    return live


async def pause(session: WriteSession, owner: PartnerId, trial_id: TrialId, *, now: datetime) -> Trial:
    """Let nobody apply for now. Raises: TrialNotFound, TrialStateConflict."""
    return await LIFE.pause(session, owner, trial_id, now=now)


async def resume(session: WriteSession, owner: PartnerId, trial_id: TrialId, *, now: datetime) -> Trial:
    """Go on under the same terms, as the next version. Raises: TrialNotFound, TrialStateConflict, InvalidTrial."""
    paused = await LIFE.paused(session, owner, trial_id)
    await _check_publishable(session, owner, paused.terms, now)
    return await LIFE.resume(session, trial_id, paused, _columns(paused.terms), now=now)


async def end(session: WriteSession, owner: PartnerId, trial_id: TrialId, *, now: datetime) -> Trial:
    """Give out no further places; who has a sample may still say what it thinks.

    Raises: TrialNotFound, TrialStateConflict.
    """
    return await LIFE.end(session, owner, trial_id, now=now)


async def _check_sound(session: WriteSession, owner: PartnerId, terms: TrialTerms) -> None:
    known = await session.scalars(
        select(Product.sku).where(col(Product.partner_id) == owner, col(Product.sku).in_(terms.products))
    )
    if lacking := sorted(terms.products - set(known)):
        raise InvalidTrial(f"your catalogue has no {lacking[0]!r}", path=("products",))
    try:
        await _survey(session, owner, terms)
    except SurveyNotFound:
        raise InvalidTrial("survey is one of yours", path=("survey",)) from None
    segments = {SegmentId(one) for one in terms.segments}
    if await unusable(session, owner, segments):
        raise InvalidTrial("segments are yours, or you may name them, and are not retired", path=("segments",))
    there = await session.scalars(select(Partner.partner_id).where(col(Partner.partner_id).in_(terms.partners)))
    if terms.partners - set(there):
        raise InvalidTrial("partners are partners of the coalition", path=("partners",))
    if terms.coupon is not None:
        own = select(CouponRow.coupon_id).where(
            col(CouponRow.coupon_id) == terms.coupon, col(CouponRow.partner_id) == owner
        )
        if (await session.scalars(own.limit(1))).first() is None:
            raise InvalidTrial("coupon is one of yours", path=("coupon",))


async def _check_publishable(session: WriteSession, owner: PartnerId, terms: TrialTerms, now: datetime) -> None:
    await _check_sound(session, owner, terms)
    if terms.feedback_until <= now:
        raise InvalidTrial("the trial would be over before it begins", path=("feedback_until",))
    if not any(one.state is SurveyState.LIVE for one in await surveys_of(session, terms.survey)):
        raise InvalidTrial("survey is live", path=("survey",))
    if terms.coupon is not None:
        live = select(CouponRow.coupon_id).where(
            col(CouponRow.coupon_id) == terms.coupon, col(CouponRow.state) == "LIVE"
        )
        if (await session.scalars(live)).first() is None:
            raise InvalidTrial("coupon is live", path=("coupon",))


async def _survey(session: WriteSession, owner: PartnerId, terms: TrialTerms) -> None:
    versions = await surveys_of(session, terms.survey)
    if not versions or versions[-1].partner_id != owner:
        raise SurveyNotFound


def _columns(terms: TrialTerms) -> dict[str, Any]:
    return {"name": terms.name, "terms": terms.to_json(), "fingerprint": terms.fingerprint()}
