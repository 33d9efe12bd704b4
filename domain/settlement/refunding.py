"""What is left of prepaid packs goes back to a partner that leaves them: two persons, and the open cycle's statement.

The points are taken out of what may be awarded at once. Their money comes with the line that gives back what points of
packs had cost, so the advance ties: opening + paid − drawn and given back = closing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import col, select

from domain.coalition.errors import PartnerNotFound
from domain.coalition.models import Billing, Partner, PartnerStatus
from domain.ids import PartnerId, PersonId, new_id
from domain.ledger.allowance_models import AllowanceKind, ChangeReason
from domain.ledger.allowances import add, allowances, held
from domain.settlement.errors import AdvanceKept, SecondPersonNeeded
from domain.settlement.prepaid.models import PrepaidRefund
from domain.settlement.prepaid.packs import contract_in_force, open_cycle_held
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from domain.values import check_text

LONGEST_NOTE = 500
ON_THE_WAY_OUT = (PartnerStatus.LEAVING, PartnerStatus.SETTLING)


async def ask(session: WriteSession, partner_id: PartnerId, *, note: str, by: PersonId, now: datetime) -> PrepaidRefund:
    """Ask for what is left of a partner's packs to be given back; asked again, it is the same question.

    Raises: PartnerNotFound, AdvanceKept, InvalidValue.
    """
    check_text("note", note, LONGEST_NOTE)
    await _take_turns(session, partner_id)
    asked = await _asked(session, partner_id)
    if asked is not None:
        return asked
    await _refuse_kept(session, partner_id, now)
    if not await points_left(session, partner_id):
        raise AdvanceKept("nothing is left of the packs")
    asked = PrepaidRefund(refund_id=new_id(), partner_id=partner_id, note=note, asked_by=by, asked_at=now)
    session.add(asked)
    await session.flush()
    return asked


async def agree(session: WriteSession, partner_id: PartnerId, *, by: PersonId, now: datetime) -> PrepaidRefund:
    """A second person agrees: no point of the packs can be awarded from now on.

    Raises: PartnerNotFound, AdvanceKept, SecondPersonNeeded.
    """
    await _take_turns(session, partner_id)
    asked = await _asked(session, partner_id)
    if asked is None:
        if (done := await _agreed_last(session, partner_id)) is not None and done.agreed_by == by:
            return done
        raise AdvanceKept("nobody has asked for it to be given back; one person asks, another agrees")
    if asked.asked_by == by:
        raise SecondPersonNeeded("what is given back of packs", by)
    await _refuse_kept(session, partner_id, now)
    cycle = await open_cycle_held(session)
    left = await held(session, partner_id, AllowanceKind.PREPAID, now=now)
    if not left:
        raise AdvanceKept("nothing is left of the packs")
    why = ChangeReason.REFUND
    await add(session, partner_id, AllowanceKind.PREPAID, -left, why, now=now, change_id=asked.refund_id, by=by)
    asked.agreed_by, asked.agreed_at, asked.points, asked.cycle_id = by, now, left, cycle.cycle_id
    await session.flush()
    return asked


async def points_left(session: ReadSession, partner_id: PartnerId) -> int:
    """Points of packs that may still be awarded, as far as the viewer may see them."""
    found = await allowances(session, partner_id)
    return sum(one.left for one in found if one.allowance.kind == AllowanceKind.PREPAID)


async def refunds(session: ReadSession, partner_id: PartnerId | None = None) -> list[PrepaidRefund]:
    """What was given back, or is asked for: of one partner or of all that the viewer may see, the newest first."""
    query = select(PrepaidRefund).where(concerning(sight_of(session), col(PrepaidRefund.partner_id)))
    if partner_id is not None:
        query = query.where(PrepaidRefund.partner_id == partner_id)
    return list(await session.scalars(query.order_by(col(PrepaidRefund.asked_at).desc(), col(PrepaidRefund.refund_id))))


async def _take_turns(session: WriteSession, partner_id: PartnerId) -> None:
    """One after the other, with the partner's orders of packs."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 23))")
    await session.execute(lock, {"who": str(partner_id)})


async def _refuse_kept(session: ReadSession, partner_id: PartnerId, now: datetime) -> None:
    whose = await session.get(Partner, partner_id)
    if whose is None:
        raise PartnerNotFound
    contract = await contract_in_force(session, partner_id, now)
    on_packs = contract is not None and contract.billing == Billing.PREPAID
    if on_packs and whose.status not in ON_THE_WAY_OUT:
        raise AdvanceKept(f"{whose.name} is on prepaid packs, and awards from them")


async def _asked(session: ReadSession, partner_id: PartnerId) -> PrepaidRefund | None:
    query = select(PrepaidRefund).where(PrepaidRefund.partner_id == partner_id, col(PrepaidRefund.agreed_at).is_(None))
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def _agreed_last(session: ReadSession, partner_id: PartnerId) -> PrepaidRefund | None:
    query = select(PrepaidRefund).where(PrepaidRefund.partner_id == partner_id)
    return (await session.scalars(query.order_by(col(PrepaidRefund.agreed_at).desc()).limit(1))).first()
