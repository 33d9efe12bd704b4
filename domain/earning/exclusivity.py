"""Goods that a contract keeps for one partner: nobody else's campaign gives points for them while it is in force."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from domain.coalition import contracts
from domain.coalition.models import Contract, LegalEntity
from domain.coalition.reservations import Reservation, reservations
from domain.earning.compiling import counts
from domain.earning.errors import CampaignsInTheWay, CategoryReserved
from domain.earning.matching import LineMatch
from domain.earning.models import CampaignRow
from domain.earning.queries import campaign_of
from domain.earning.rules import RuleKind
from domain.earning.terms import Campaign, CampaignState
from domain.ids import PersonId
from domain.products.facts import ProductFacts
from domain.products.models import Product
from domain.storage import ReadSession, WriteSession, concerning, sight_of

_IN_USE = (CampaignState.LIVE, CampaignState.PAUSED)
_NARROWING = ("skus", "gtins", "makers", "suppliers", "brands", "departments")


async def sign(
    session: WriteSession,
    contract_id: UUID,
    *,
    now: datetime,
    by: PersonId | None = None,
    revision: int | None = None,
) -> Contract:
    """Sign a contract, once no campaign of others gives points for what it keeps for its partner.

    Raises: CampaignsInTheWay, and what domain.coalition.contracts.sign refuses.
    """
    contract = await contracts.sign(session, contract_id, now=now, by=by, revision=revision)
    if contract.exclusive_categories:
        standing = await reservations(session, None, at=contract.valid_from)
        own = next(one for one in standing if one.contract_id == contract_id)
        in_the_way = [one async for one in _campaigns_against(session, own)]
        if in_the_way:
            raise CampaignsInTheWay([campaign.terms.name for campaign in in_the_way], own.since)
    return contract


async def refuse_reserved(session: WriteSession, campaign: Campaign, *, now: datetime) -> None:
    """Whether a campaign may go live beside what contracts keep for others. Raises: CategoryReserved."""
    await contracts.one_at_a_time(session)
    begins = max(now, campaign.terms.starts_at)
    for kept in await reservations(session, sorted(campaign.terms.partners), at=begins):
        if _meet(campaign, kept) and (touched := await _touched(session, campaign, kept)):
            raise CategoryReserved(kept, sorted(touched))


async def _campaigns_against(session: ReadSession, kept: Reservation) -> AsyncIterator[Campaign]:
    rows = await session.scalars(select(CampaignRow).where(col(CampaignRow.state).in_(_IN_USE)))
    for campaign in [campaign_of(row) for row in rows]:
        if not _meet(campaign, kept) or not await _in_territory(session, campaign, kept.territories):
            continue
        if await _touched(session, campaign, kept):
            yield campaign


def _meet(campaign: Campaign, kept: Reservation) -> bool:
    """Whether a campaign gives points, at others' expense alone, at a time when goods are kept for a partner."""
    terms = campaign.terms
    if terms.rule.kind is RuleKind.COUPON_REFUND or kept.partner_id in terms.funders:
        return False
    over = terms.ends_at is not None and terms.ends_at <= kept.since
    return not over and (kept.until is None or kept.until > terms.starts_at)


async def _in_territory(session: ReadSession, campaign: Campaign, territories: Collection[str]) -> bool:
    if not territories:
        return True
    sold_in = select(LegalEntity.country).where(col(LegalEntity.partner_id).in_(campaign.terms.partners))
    return bool(set(await session.scalars(sold_in)).intersection(territories))


async def _touched(session: ReadSession, campaign: Campaign, kept: Reservation) -> set[str]:
    """The categories kept for another that a campaign would give points for."""
    match = campaign.terms.rule.lines
    named = possible(match, kept.categories)
    if not named or not _is_narrow(match):
        return named
    # The rule names articles, brands or makers: what counts is which articles of those categories there are.
    query = select(Product).where(
        col(Product.category).in_(named),
        col(Product.partner_id).in_(campaign.terms.partners),
        concerning(sight_of(session), col(Product.partner_id), col(Product.maker_id), col(Product.supplier_id)),
    )
    wanted = {field.name for field in fields(ProductFacts)}
    rows = await session.scalars(query)
    facts = (ProductFacts(**{name: getattr(row, name) for name in wanted}) for row in rows)
    return {str(product.category) for product in facts if counts(match, product)}


def possible(match: LineMatch, categories: Iterable[str]) -> set[str]:
    """Those of some categories whose goods a rule may count, by what it says of categories alone."""
    left = set(categories)
    if match.categories:
        left &= match.categories
    for exclusion in match.excluding:
        if exclusion == LineMatch(categories=exclusion.categories):
            left -= exclusion.categories
    return left


def _is_narrow(match: LineMatch) -> bool:
    return match.private_label is not None or any(getattr(match, part) for part in _NARROWING)
