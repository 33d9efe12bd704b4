"""Who is about to run out of points or of credit; each is told once a fall."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from domain.coalition.models import Billing, Contract
from domain.ids import PartnerId
from domain.ledger.allowance_models import Allowance, AllowanceKind
from domain.ledger.allowances import Standing, allowances, mind
from domain.settlement.prepaid.packs import contract_in_force
from domain.storage import ReadSession, WriteSession

WARN_AT = Decimal("0.8")
"""Of a credit limit: so much of it used is a warning."""


async def threshold(session: ReadSession, allowance: Allowance, *, now: datetime) -> int | None:
    """Below how much little is left, by the contract in force; None: nobody asked to be told."""
    contract = await contract_in_force(session, PartnerId(allowance.partner_id), now)
    return None if contract is None else _threshold(allowance, contract)


async def watch(session: WriteSession, *, now: datetime) -> list[Standing]:
    """Note which allowances have run low since, and which have been filled again; the ones that are newly low."""
    found = []
    for standing in await allowances(session):
        if standing.allowance.kind in {AllowanceKind.BUDGET, AllowanceKind.STOCK}:
            continue  # a campaign's or a reward's: they say themselves when their people are told
        below = await threshold(session, standing.allowance, now=now)
        low = below is not None and standing.left < below
        if await mind(session, standing.allowance.allowance_id, low=low, now=now) and low:
            found.append(standing)
    return found


def _threshold(allowance: Allowance, contract: Contract) -> int | None:
    if allowance.kind == AllowanceKind.PREPAID:
        return contract.pack_alert if contract.billing == Billing.PREPAID else None
    if contract.credit_limit is None or allowance.limit_amount is None:
        return None
    return allowance.limit_amount - int(allowance.limit_amount * WARN_AT)
