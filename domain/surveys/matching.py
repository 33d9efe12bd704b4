"""Whether what happened is a moment of a survey, and what the answers will be about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from domain.earning.compiling import at_outlet, counts
from domain.ids import OutletId, PartnerId
from domain.products.facts import ProductFacts
from domain.surveys.keeping import About
from domain.surveys.terms import ALL, Moment, MomentKind, Survey, SurveyId

BITS = 64
PURPOSE = b"hansa.survey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What a member did, as far as moments ask for it."""

    member_id: UUID
    partner_id: PartnerId | None
    outlet_id: UUID | None
    subject_id: UUID
    at: datetime
    kinds: frozenset[MomentKind]
    lines: tuple[tuple[str, int], ...] = ()
    """Articles by their number at the partner, with amounts in minor units."""
    reward_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A member is to be asked a survey."""

    survey: Survey
    moment: MomentKind
    happened: Happened
    about: About
    due_at: datetime


def is_asked(survey_id: SurveyId, member_id: UUID, share: int) -> bool:
    """Whether a member is of the share of a hundred that a survey asks.

    The first 64 bits of BLAKE2b (RFC 7693) over survey and member, as a fraction of 2^64, lie below the share: so it is
    drawn anew for each survey, and who is asked stays so when the share is raised.
    """
    digest = blake2b(survey_id.bytes + member_id.bytes, digest_size=BITS // 8, person=PURPOSE).digest()
    return int.from_bytes(digest) * ALL < share << BITS


def due(survey: Survey, happened: Happened, shelf: Mapping[str, ProductFacts]) -> Due | None:
    """When a member is asked a survey after what happened: by the first of its moments that this is; None: by none."""
    if not is_asked(survey.survey_id, happened.member_id, survey.terms.share):
        return None
    for moment in survey.terms.moments:
        product = _fits(moment, happened, shelf)
        if product is not None:
            about = About(
                partner=happened.partner_id,
                outlet=happened.outlet_id,
                product=product.gtin or product.sku or None,
                maker=product.maker_id,
            )
            due_at = happened.at + timedelta(hours=moment.delay_hours)
            return Due(survey=survey, moment=moment.kind, happened=happened, about=about, due_at=due_at)
    return None


NO_PRODUCT = ProductFacts(sku="")


def _fits(moment: Moment, happened: Happened, shelf: Mapping[str, ProductFacts]) -> ProductFacts | None:
    """The article that answers are about; NO_PRODUCT where it is about none; None where it is no such moment."""
    here = moment.kind in happened.kinds and _among(moment.partners, happened.partner_id)
    if not (here and _among(moment.outlets, happened.outlet_id) and _among(moment.rewards, happened.reward_id)):
        return None
    lines = _counted(moment, happened, shelf)
    if moment.kind is MomentKind.PURCHASE and sum(amount for _, amount in lines) < moment.from_amount:
        return None
    if moment.lines is not None:
        return max(lines, key=lambda line: line[1])[0] if lines else None
    return lines[0][0] if len(lines) == 1 else NO_PRODUCT


def _counted(moment: Moment, happened: Happened, shelf: Mapping[str, ProductFacts]) -> list[tuple[ProductFacts, int]]:
    facts = [(shelf.get(sku) or ProductFacts(sku=sku), amount) for sku, amount in happened.lines]
    known = [(product.at(happened.at), amount) for product, amount in facts]
    if moment.lines is None:
        return known
    here = at_outlet(moment.lines, None if happened.outlet_id is None else OutletId(happened.outlet_id))
    return [] if here is None else [line for line in known if counts(here, line[0])]


def _among(wanted: Collection[UUID], one: UUID | None) -> bool:
    return not wanted or one in wanted
