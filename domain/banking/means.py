"""What a sponsor can still award, and why: its packs, its credit, its stops, and what fell away for want of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import col, select

from domain.banking.credit import exposure_of
from domain.coalition.models import Billing, Contract, Partner
from domain.ids import PartnerId
from domain.ledger.allowance_models import AllowanceChange, AllowanceKind, AwardCut, IssuanceStop
from domain.ledger.allowances import Standing, allowances, changes, stops
from domain.settlement.prepaid.advances import Advance
from domain.settlement.prepaid.exposure import Exposure
from domain.settlement.prepaid.packs import advances, contract_in_force
from domain.settlement.queries import open_cycle
from domain.storage import ReadSession, concerning, sight_of
from domain.values import Points

MOST_CHANGES = 50
MOST_CUTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Packs:
    """Points paid before."""

    left: Points
    alert: Points | None
    """The sponsor is told when fewer are left."""
    hard_limit: bool
    """Whether awards are cut once they are used up; otherwise more are billed after the cycle."""
    low_since: datetime | None
    advance: Advance | None
    """What was paid before and is not used, over the open cycle; None before the first pack is paid."""
    history: tuple[AllowanceChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a sponsor may come to owe."""

    exposure: Exposure
    left: Decimal
    """What postings can still draw now."""
    low_since: datetime | None
    history: tuple[AllowanceChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """All that bounds a sponsor's awards."""

    partner_id: PartnerId
    packs: Packs | None
    """None: the contract is not prepaid, and no points of packs are left."""
    credit: Credit | None
    """None: the contract has no limit."""
    stops: tuple[IssuanceStop, ...]
    cuts: tuple[AwardCut, ...]
    """The newest awards that were cut for want of means."""


async def means_of(session: ReadSession, partner_id: PartnerId, *, now: datetime) -> Means:
    """What a sponsor can still award, as far as the viewer may see it. Raises: PriceUnknown."""
    contract = await contract_in_force(session, partner_id, now)
    known = {AllowanceKind(one.allowance.kind): one for one in await allowances(session, partner_id)}
    seen = concerning(sight_of(session), col(AwardCut.sponsor_id))
    cuts = select(AwardCut).where(col(AwardCut.sponsor_id) == partner_id, seen)
    newest = cuts.order_by(col(AwardCut.cut_at).desc(), col(AwardCut.lot_id).desc()).limit(MOST_CUTS)
    return Means(
        partner_id=partner_id,
        packs=await _packs(session, partner_id, contract, known.get(AllowanceKind.PREPAID)),
        credit=await _credit(session, partner_id, contract, known.get(AllowanceKind.CREDIT), now),
        stops=tuple(await stops(session, partner_id)),
        cuts=tuple(await session.scalars(newest)),
    )


async def all_means(session: ReadSession, *, now: datetime) -> list[Means]:
    """Every sponsor that is bounded by anything, in the order of the partners. Raises: PriceUnknown."""
    partners = await session.scalars(select(Partner.partner_id).order_by(col(Partner.number)))
    found = [await means_of(session, PartnerId(partner_id), now=now) for partner_id in partners.all()]
    return [one for one in found if one.packs or one.credit or one.stops]


async def _packs(
    session: ReadSession, partner_id: PartnerId, contract: Contract | None, standing: Standing | None
) -> Packs | None:
    prepaid = contract is not None and contract.billing == Billing.PREPAID
    if not prepaid and (standing is None or not standing.left):
        return None
    return Packs(
        left=Points(standing.left if standing else 0),
        alert=Points(contract.pack_alert) if contract is not None and contract.pack_alert is not None else None,
        hard_limit=contract is not None and contract.pack_limit,
        low_since=standing.allowance.low_since if standing else None,
        advance=(await advances(session, await open_cycle(session))).get(partner_id),
        history=await _history(session, standing),
    )


async def _credit(
    session: ReadSession, partner_id: PartnerId, contract: Contract | None, standing: Standing | None, now: datetime
) -> Credit | None:
    if contract is None or contract.credit_limit is None:
        return None
    exposure = await exposure_of(session, partner_id, now=now)
    assert exposure.left is not None
    return Credit(
        exposure=exposure,
        left=Decimal(standing.left).scaleb(-6) if standing else exposure.left,
        low_since=standing.allowance.low_since if standing else None,
        history=await _history(session, standing),
    )


async def _history(session: ReadSession, standing: Standing | None) -> tuple[AllowanceChange, ...]:
    if standing is None:
        return ()
    return tuple(await changes(session, standing.allowance.allowance_id, MOST_CHANGES))
