"""What an approval covers, and whether it may still be acted upon."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlmodel import col, or_, select

from domain.coalition.models import Contract, LegalEntity
from domain.settlement.adjustments import adjustments_in
from domain.settlement.disputes import to_be_left_out
from domain.settlement.errors import DisputedLinesIncluded, StatementsChanged
from domain.settlement.models import Approval, Cycle, Statement, StatementLine
from domain.settlement.records import set_aside_lines, stored_digest
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession


class Standing(StrEnum):
    """What an approval is worth now."""

    NONE = "NONE"
    """Nobody approved, or it was voided."""
    VALID = "VALID"
    """It may be acted upon."""
    EXPIRED = "EXPIRED"
    """Its time is over."""
    CHANGED = "CHANGED"
    """Something under it is not what was approved."""


async def standing(session: ReadSession, cycle_id: UUID, *, now: datetime) -> Standing:
    """Whether the cycle's approval may be acted upon now. Raises: CycleNotFound."""
    cycle = await cycle_of(session, cycle_id)
    approval = await approval_of(session, cycle)
    if approval is None:
        return Standing.NONE
    if await _changed(session, cycle, approval):
        return Standing.CHANGED
    return Standing.VALID if now < approval.expires_at else Standing.EXPIRED


async def approval_of(session: ReadSession, cycle: Cycle) -> Approval | None:
    """The approval that has not been voided."""
    statement = select(Approval).where(Approval.cycle_id == cycle.cycle_id, col(Approval.voided_at).is_(None))
    return (await session.scalars(statement)).first()


async def refuse_changed(session: ReadSession, cycle: Cycle) -> None:
    """Whether what is stored is what was computed, and nothing was added to it since.

    Raises: StatementsChanged, DisputedLinesIncluded.
    """
    assert cycle.computed_at is not None
    if await stored_digest(session, cycle) != cycle.digest or await _outdated(session, cycle, cycle.computed_at):
        raise StatementsChanged(cycle.name)
    if disputed := await to_be_left_out(session, cycle):
        raise DisputedLinesIncluded(cycle.name, len(disputed))


async def companies_digest(session: ReadSession, cycle: Cycle) -> bytes:
    """The hash of who pays and is paid: the companies of the partners with a statement, and the operator's own."""
    asked = select(Statement.partner_id).where(
        Statement.cycle_id == cycle.cycle_id,
        Statement.revision == cycle.revision,
        col(Statement.partner_id).is_not(None),
    )
    query = select(LegalEntity).where(
        or_(col(LegalEntity.partner_id).is_(None), col(LegalEntity.partner_id).in_(asked))
    )
    digest = sha256()
    for company in await session.scalars(query.order_by(col(LegalEntity.legal_entity_id))):
        for name in _WHO_PAYS:
            digest.update(f"{getattr(company, name)}\x1f".encode())
    return digest.digest()


_WHO_PAYS = ("legal_entity_id", "name", "registration", "tax_number", "country", "iban", "bic")
"""What a payment or an invoice would go wrong by; an address or a language may change meanwhile."""


async def _changed(session: ReadSession, cycle: Cycle, approval: Approval) -> bool:
    if approval.digest != await stored_digest(session, cycle):
        return True
    if approval.companies is not None and approval.companies != await companies_digest(session, cycle):
        return True
    return await _outdated(session, cycle, approval.approved_at) or bool(await to_be_left_out(session, cycle))


async def _outdated(session: ReadSession, cycle: Cycle, since: datetime) -> bool:
    """Whether a contract for the cycle was signed since, or an adjustment was named for it that is no line of it."""
    signed = select(Contract.contract_id).where(
        col(Contract.signed_at) > since, col(Contract.valid_from) <= cycle.cut_off_at
    )
    if (await session.scalars(signed.limit(1))).first() is not None:
        return True
    lines = select(StatementLine.adjustment_id).where(
        StatementLine.cycle_id == cycle.cycle_id,
        StatementLine.revision == cycle.revision,
        col(StatementLine.adjustment_id).is_not(None),
    )
    shown = set(await session.scalars(lines))
    shown |= {row.adjustment_id for row in await set_aside_lines(session, cycle) if row.adjustment_id is not None}
    return {row.adjustment_id for row in await adjustments_in(session, cycle.cycle_id)} != shown
