"""Budgets of campaigns: what all that a campaign gives may cost, drawn by postings as other allowances are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from domain.ids import CampaignId
from domain.ledger.allowance_models import Allowance, AllowanceKind, ChangeReason, Unit
from domain.ledger.errors import BudgetUnitFixed
from domain.storage import WriteSession

_OPEN = text("SELECT open_budget(:campaign, :unit, :total, :reason, :by, :now)")


async def open_budget(
    session: WriteSession,
    campaign_id: CampaignId,
    unit: Unit,
    total: int,
    *,
    now: datetime,
    reason: ChangeReason = ChangeReason.BUDGET,
    by: UUID | None = None,
) -> int:
    """Have so much been put into a campaign's budget by now, in its unit; what is left then.

    The budget is opened where there is none. Asked again with the same total nothing happens; with another one the
    difference is added, or taken out as far as it is left. Needs the sight of the campaign's owner, or the
    coalition's. Raises: BudgetUnitFixed.
    """
    opened = select(col(Allowance.unit)).where(
        col(Allowance.subject_id) == campaign_id, col(Allowance.kind) == AllowanceKind.BUDGET
    )
    standing = (await session.scalars(opened)).first()
    if standing is not None and standing != unit:
        raise BudgetUnitFixed(Unit(standing))
    values = {"campaign": campaign_id, "unit": unit, "total": total, "reason": reason, "by": by, "now": now}
    left: int = (await session.execute(_OPEN, values)).scalar_one()
    return left
