"""What a campaign's terms are held to beside themselves: who is named, who has agreed, who may fund."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from domain.coalition.founding import coalition_of, zone
from domain.coalition.queries import are_outlets, are_partners
from domain.earning.action_types import FieldKind, types_of
from domain.earning.conditions import condition
from domain.earning.errors import AgreementMissing, InvalidCampaign, SponsorMayNotIssue
from domain.earning.exclusivity import refuse_reserved
from domain.earning.queries import agreed_sponsors
from domain.earning.rules import PerField, prizes_of
from domain.earning.terms import Campaign, Terms
from domain.earning.when import zone_of
from domain.expressions.kinds import BOOL, INT, TEXT, TIME
from domain.ids import PartnerId, SegmentId
from domain.segments.queries import unusable
from domain.storage import ReadSession, WriteSession
from domain.vouchers.queries import coupons_to_give

SCALARS = {FieldKind.TEXT: TEXT, FieldKind.WHOLE: INT, FieldKind.YES_NO: BOOL, FieldKind.TIME: TIME}
"""What fields of actions are to conditions."""


async def check_sound(session: WriteSession, partner_id: PartnerId, terms: Terms) -> None:
    """Hold what a partner writes to what there is: partners, outlets, segments, actions and fields, its condition.

    Raises: InvalidCampaign, naming the part of the terms.
    """
    try:
        await _check_places(session, terms)
        await _check_segments(session, partner_id, terms)
        await _check_triggers(session, partner_id, terms)
        await _check_field(session, partner_id, terms)
        await _check_condition(session, partner_id, terms)
        await _check_coupons(session, partner_id, terms)
    except InvalidCampaign as refused:
        raise refused.at("terms") from None


async def check_publishable(session: WriteSession, campaign: Campaign, *, now: datetime) -> None:
    """Hold a campaign that is to give points to what that takes.

    Raises: InvalidCampaign, AgreementMissing, SponsorMayNotIssue, CategoryReserved.
    """
    terms = campaign.terms
    if terms.ends_at is not None and terms.ends_at <= now:
        raise InvalidCampaign("the campaign would be over before it begins", path=("ends_at",))
    agreed = await agreed_sponsors(session, campaign.campaign_id, terms.fingerprint())
    missing = set(terms.funders) - set(agreed) - {campaign.partner_id}
    if missing:
        raise AgreementMissing(missing)
    able = await session.scalar(
        text("SELECT may_fund(CAST(:funders AS uuid[]), :now)"), {"funders": list(terms.funders), "now": now}
    )
    unable = set(terms.funders) - set(able or ())
    if unable:
        raise SponsorMayNotIssue(unable)
    await refuse_reserved(session, campaign, now=now)


async def _check_places(session: WriteSession, terms: Terms) -> None:
    partners = set(terms.partners) | {sponsor.partner_id for sponsor in terms.sponsors}
    if not await are_partners(session, partners):
        raise InvalidCampaign("partners and sponsors are partners of the coalition", path=("partners",))
    if not await are_outlets(session, terms.outlets, terms.partners):
        raise InvalidCampaign("outlets are outlets of the campaign's partners", path=("outlets",))


async def _check_segments(session: ReadSession, partner_id: PartnerId, terms: Terms) -> None:
    for part in ("segments", "not_segments"):
        named = {SegmentId(one) for one in getattr(terms.when, part)}
        if named and await unusable(session, partner_id, named):
            raise InvalidCampaign("segments are your own or shared with you, and not retired", path=("when", part))


async def _check_triggers(session: ReadSession, partner_id: PartnerId, terms: Terms) -> None:
    """At one's own tills there are the types that everybody knows and one's own; another's own types are not told."""
    if terms.when.on_purchases or terms.partners != {partner_id}:
        return
    unknown = terms.when.triggers - {one.name for one in await types_of(session, partner_id)}
    if unknown:
        named = ", ".join(sorted(unknown))
        raise InvalidCampaign(f"there is no type of action {named}; define it first", path=("when", "triggers"))


async def _check_field(session: ReadSession, partner_id: PartnerId, terms: Terms) -> None:
    """A rule by a field counts a whole number of every type it answers; of another's own types none is told."""
    rule = terms.rule
    if not isinstance(rule, PerField):
        return
    fields = {one.name: one.fields for one in await types_of(session, partner_id)}
    for trigger in sorted(terms.when.triggers & fields.keys()):
        whole = sorted(field.name for field in fields[trigger] if field.kind is FieldKind.WHOLE)
        if rule.field not in whole:
            there = f"those it has: {', '.join(whole)}" if whole else "it has none"
            reason = f"{trigger} has no whole number {rule.field!r}; {there}"
            raise InvalidCampaign(reason, path=("rule", "field"))


async def _check_condition(session: ReadSession, partner_id: PartnerId, terms: Terms) -> None:
    when = terms.when
    if when.condition is not None:
        usual = zone((await coalition_of(session)).time_zone)
        types = () if when.on_purchases else await types_of(session, partner_id)
        fields = {one.name: {field.name: SCALARS[field.kind] for field in one.fields} for one in types}
        condition(when.condition, when.triggers, fields, zone_of(when.time_zone, usual))


async def _check_coupons(session: ReadSession, partner_id: PartnerId, terms: Terms) -> None:
    prizes = prizes_of(terms.rule)
    tokens = [prize.token for prize in prizes] + [slot.token for prize in prizes for slot in prize.wheel]
    named = {token.coupon for token in tokens if token is not None and token.coupon is not None}
    if named - await coupons_to_give(session, partner_id, named):
        raise InvalidCampaign("coupons that are won are your own, live, and no public words", path=("rule", "prize"))
