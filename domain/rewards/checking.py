"""What a reward's terms are held to beside themselves: who is named, who has agreed, who may pay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from domain.coalition.queries import are_outlets, are_partners
from domain.earning.errors import AgreementMissing, SponsorMayNotIssue
from domain.ids import PartnerId, SegmentId
from domain.rewards.errors import InvalidReward
from domain.rewards.finding import agreed_sponsors
from domain.rewards.terms import Reward, RewardTerms
from domain.segments.queries import unusable
from domain.storage import ReadSession, WriteSession
from domain.vouchers.queries import coupons_to_give


async def check_sound(session: WriteSession, partner_id: PartnerId, terms: RewardTerms) -> None:
    """Hold what a partner writes to what there is: partners, outlets, segments.

    Raises: InvalidReward, naming the part.
    """
    try:
        await _check_places(session, terms)
        await _check_segments(session, partner_id, terms)
    except InvalidReward as refused:
        raise refused.at("terms") from None


async def check_publishable(session: WriteSession, reward: Reward, *, now: datetime) -> None:
    """Hold a reward that is to be had to what that takes.

    Raises: InvalidReward, AgreementMissing, SponsorMayNotIssue.
    """
    terms = reward.terms
    if reward.closes_at is not None and reward.closes_at <= now:
        part = "ends_at" if reward.closes_at == terms.ends_at else "draw"
        raise InvalidReward("the reward would be over before it begins", path=("terms", part))
    coupons = {step.worth.coupon for step in terms.steps if step.worth.coupon is not None}
    if coupons - await coupons_to_give(session, reward.partner_id, coupons):
        raise InvalidReward("coupons that are given are your own, live, and no public words", path=("terms", "steps"))
    agreed = await agreed_sponsors(session, reward.reward_id, terms.fingerprint())
    missing = set(terms.funders) - set(agreed) - {reward.partner_id}
    if missing:
        raise AgreementMissing(missing)
    able = await session.scalar(
        text("SELECT may_fund(CAST(:funders AS uuid[]), :now)"), {"funders": list(terms.funders), "now": now}
    )
    unable = set(terms.funders) - set(able or ())
    if unable:
        raise SponsorMayNotIssue(unable)


async def _check_places(session: WriteSession, terms: RewardTerms) -> None:
    partners = terms.partners | set(terms.funders)
    if not await are_partners(session, partners):
        raise InvalidReward("partners and sponsors are partners of the coalition", path=("partners",))
    if not await are_outlets(session, terms.outlets, terms.partners):
        raise InvalidReward("outlets are outlets of the reward's partners", path=("outlets",))


async def _check_segments(session: ReadSession, partner_id: PartnerId, terms: RewardTerms) -> None:
    early = {segment for phase in terms.early for segment in phase.segments}
    for part, named in (("segments", terms.segments), ("not_segments", terms.not_segments), ("early", early)):
        if named and await unusable(session, partner_id, {SegmentId(one) for one in named}):
            raise InvalidReward("segments are your own or shared with you, and not retired", path=(part,))
