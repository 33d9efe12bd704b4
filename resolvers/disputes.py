"""Disputes of statement lines, as partners and the coalition carry them on."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from domain.coalition.founding import coalition_of
from domain.ids import PartnerId, PersonId
from domain.paging import Page, PageRequest
from domain.settlement.disputing import answering, deciding, evidence, lines, queries, raising, stages
from domain.settlement.disputing.answering import AnswerDispute
from domain.settlement.disputing.deciding import DecideDispute
from domain.settlement.disputing.evidence import AddEvidence
from domain.settlement.disputing.models import (
    Dispute,
    DisputeDecision,
    DisputeEvidence,
    DisputeReason,
    DisputeState,
    DisputeStep,
    DisputeTransfer,
)
from domain.settlement.disputing.queries import Wanted
from domain.settlement.disputing.raising import RaiseDispute, TransferRef
from domain.settlement.queries import Line, StatementView
from domain.storage import ReadSession
from domain.values import Money
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.houses import check_fresh
from resolvers.policies import acting_partner, acting_person


async def find(ctx: Context, dispute_id: UUID) -> Dispute:
    """A dispute that the viewer is a side of; the coalition is one of all. Raises: DisputeNotFound."""
    return await ctx.read(stages.dispute_of, dispute_id)


async def page(
    ctx: Context,
    request: PageRequest,
    *,
    states: Collection[DisputeState] | None,
    cycle_id: UUID | None,
    mine: bool,
    overdue: bool,
) -> Page[Dispute]:
    """Disputes of the viewer's lines, newest first. Raises: WrongAudience, for those of a partner that is none."""
    wanted = Wanted(
        states=states,
        raised_by=PartnerId(acting_partner(ctx.viewer)) if mine else None,
        cycle_id=cycle_id,
        overdue_at=ctx.now if overdue else None,
    )
    return await ctx.read(queries.disputes, wanted, request)


async def of_line(ctx: Context, line: Line) -> list[Dispute]:
    """The disputes of a line, also of those that earlier computations drew up in its place."""

    async def found(session: ReadSession, line_id: UUID) -> list[Dispute]:
        return await lines.disputes_of_line(session, await lines.line_row(session, line_id))

    return await ctx.read(found, line.line_id)


async def behind(ctx: Context, line: Line) -> Dispute | None:
    """The dispute that a line came of."""
    adjustment_id = line.money.adjustment_id
    return None if adjustment_id is None else await ctx.read(queries.dispute_behind, adjustment_id)


async def of_statement(ctx: Context, view: StatementView) -> list[Dispute]:
    """The disputes of a statement's lines, whichever side raised them."""
    partner_id = view.balance.party.partner_id
    return [] if partner_id is None else await ctx.read(queries.disputes_of_party, view.cycle.cycle_id, partner_id)


async def provisional_credit(ctx: Context, view: StatementView) -> Money:
    """What open disputes left out of a statement, as it stands for its party."""
    partner_id = view.balance.party.partner_id
    if partner_id is None:
        return Money(Decimal(0), view.currency).rounded()
    credit = await ctx.read(queries.provisional_credit, view.cycle.cycle_id, partner_id)
    return Money(credit, view.currency).rounded()


async def line_of(ctx: Context, dispute: Dispute) -> Line:
    """The line as it was disputed. Raises: LineNotFound, while its cycle is a draft again."""
    return await ctx.read(queries.line_of_dispute, dispute.dispute_id)


async def steps_of(ctx: Context, dispute: Dispute) -> list[DisputeStep]:
    """Who did what."""
    return await ctx.read(queries.steps_of, dispute.dispute_id)


async def transfers_of(ctx: Context, dispute: Dispute) -> list[DisputeTransfer]:
    """The transfers it names."""
    return await ctx.read(queries.transfers_of, dispute.dispute_id)


async def decision_of(ctx: Context, dispute: Dispute) -> DisputeDecision | None:
    """What was decided."""
    return await ctx.read(queries.decision_of, dispute.dispute_id)


async def evidence_of(ctx: Context, dispute: Dispute) -> list[DisputeEvidence]:
    """Files and notes."""
    return await ctx.read(queries.evidence_of, dispute.dispute_id)


async def one_evidence(ctx: Context, evidence_id: UUID) -> DisputeEvidence:
    """A file or a note with its content. Raises: EvidenceNotFound."""
    return await ctx.read(queries.evidence, evidence_id)


async def currency(ctx: Context) -> str:
    """What everything is settled in."""
    return (await ctx.read(coalition_of)).currency


async def raise_dispute(
    ctx: Context,
    *,
    key: str,
    line_id: UUID,
    reason: DisputeReason,
    words: str | None,
    amount: Decimal | None,
    transfers: Collection[tuple[UUID, UUID, UUID]],
) -> Dispute:
    """A partner's person disputes a line of its statement."""
    command = RaiseDispute(
        partner_id=PartnerId(acting_partner(ctx.viewer)),
        idempotency_key=key,
        line_id=line_id,
        reason=reason,
        person_id=PersonId(acting_person(ctx.viewer)),
        words=words,
        amount=amount,
        transfers=tuple(TransferRef(wallet, entry, place.int) for wallet, entry, place in transfers),
    )
    return await ctx.write(raising.raise_dispute, command, now=ctx.now)


async def answer(ctx: Context, dispute_id: UUID, words: str, conceded: Decimal) -> Dispute:
    """The other side of the line answers: a partner, or the coalition for an account of the house."""
    command = AnswerDispute(
        dispute_id=dispute_id,
        partner_id=_side(ctx),
        person_id=PersonId(acting_person(ctx.viewer)),
        words=words,
        conceded=conceded,
    )
    return await ctx.write(answering.answer, command, now=ctx.now)


async def escalate(ctx: Context, dispute_id: UUID) -> Dispute:
    """Who raised it, or the coalition, takes it to a decision."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(answering.escalate, dispute_id, partner_id=_side(ctx), by=by, now=ctx.now)


async def withdraw(ctx: Context, dispute_id: UUID) -> Dispute:
    """Who raised it takes it back."""
    partner_id, by = PartnerId(acting_partner(ctx.viewer)), PersonId(acting_person(ctx.viewer))
    return await ctx.write(answering.withdraw, dispute_id, partner_id=partner_id, by=by, now=ctx.now)


async def decide(ctx: Context, dispute_id: UUID, upheld: Decimal, reasons: str) -> Dispute:
    """The coalition decides, by a person freshly signed in. Raises: SignInTooOld, and what the domain refuses."""
    by = PersonId(acting_person(ctx.viewer))
    check_fresh(ctx)
    command = DecideDispute(dispute_id=dispute_id, person_id=by, upheld=upheld, reasons=reasons)
    return await ctx.write(deciding.decide, command, now=ctx.now)


async def add_evidence(
    ctx: Context, dispute_id: UUID, *, name: str, words: str | None, media_type: str | None, content: bytes | None
) -> Dispute:
    """A side, or the coalition, lays a file or a note before the others."""
    command = AddEvidence(
        dispute_id=dispute_id,
        partner_id=_side(ctx),
        person_id=PersonId(acting_person(ctx.viewer)),
        name=name,
        words=words,
        media_type=media_type,
        content=content,
    )
    await ctx.write(evidence.add, command, now=ctx.now)
    return await find(ctx, dispute_id)


def _side(ctx: Context) -> PartnerId | None:
    """For whom a step is taken: the viewer's own partner; None for the coalition. Raises: WrongAudience."""
    return None if ctx.viewer.audience is Audience.COALITION else PartnerId(acting_partner(ctx.viewer))
