"""Each shop disputes a movement under a line of its own, with evidence; it leaves the cycle until it is decided."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import select

from domain.ids import PersonId
from domain.paging import PageRequest
from domain.settlement.disputing import answering, deciding, evidence, raising
from domain.settlement.disputing.models import Dispute, DisputeReason
from domain.settlement.drilling import transfers_under
from domain.settlement.lines import LineKind
from domain.settlement.models import StatementLine
from domain.storage import COALITION, Sight
from tests.isolation.shop import Shop, acting


async def dispute(shop: Shop, cycle_id: UUID, *, now: datetime) -> None:
    """A line of a proposed cycle is disputed; what the shop says is full of its own words."""
    raised = await _raised(shop, cycle_id, now)
    await _with_evidence(shop, raised, now)
    shop.made["dispute"] = raised.dispute_id


async def argue(shop: Shop, *, preparer: PersonId, decider: PersonId, now: datetime) -> None:
    """The dispute is answered, escalated and decided."""
    by = {"dispute_id": shop.made["dispute"], "words": shop.secret("Answer")}
    said = answering.AnswerDispute(partner_id=None, person_id=preparer, **by)
    async with acting(shop.database, COALITION) as session:
        await answering.answer(session, said, now=now)
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        own = {"partner_id": shop.partner_id, "by": shop.made["person"]}
        await answering.escalate(session, shop.made["dispute"], now=now, **own)
    decision = deciding.DecideDispute(
        dispute_id=shop.made["dispute"], person_id=decider, upheld=Decimal("0.01"), reasons=shop.secret("Reasons")
    )
    async with acting(shop.database, COALITION) as session:
        await deciding.decide(session, decision, now=now)


async def _raised(shop: Shop, cycle_id: UUID, now: datetime) -> Dispute:
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        own = select(StatementLine).where(
            StatementLine.cycle_id == cycle_id,
            StatementLine.debtor_id == shop.partner_id,
            StatementLine.kind == LineKind.ISSUANCE,
        )
        line = (await session.scalars(own)).one()
        moved = (await transfers_under(session, line.line_id, PageRequest(first=1))).items[0]
        command = raising.RaiseDispute(
            partner_id=shop.partner_id,
            idempotency_key=shop.secret("dispute"),
            line_id=line.line_id,
            reason=DisputeReason.OTHER,
            words=shop.secret("Words"),
            person_id=shop.made["person"],
            transfers=(raising.TransferRef(moved.wallet_id, moved.entry_id, moved.n),),
        )
        shop.made["movement"] = (moved.wallet_id, moved.entry_id, UUID(int=moved.n))
        return await raising.raise_dispute(session, command, now=now)


async def _with_evidence(shop: Shop, raised: Dispute, now: datetime) -> None:
    usual = {"dispute_id": raised.dispute_id, "partner_id": shop.partner_id, "person_id": shop.made["person"]}
    file = evidence.AddEvidence(
        name=shop.secret("File"), media_type="text/plain", content=shop.secret("Content").encode(), **usual
    )
    note = evidence.AddEvidence(name=shop.secret("Note"), words=shop.secret("Text"), **usual)
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        shop.made["evidence"] = (await evidence.add(session, file, now=now)).evidence_id
        await evidence.add(session, note, now=now)
