"""Settlement, as the coalition prepares it and as partners read it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from domain.audit import proofs, sealing
from domain.audit.sealing import EntryProof
from domain.banking import ending
from domain.ids import PartnerId, PersonId
from domain.paging import Page, PageRequest
from domain.settlement import (
    answers,
    approvals,
    computing,
    cycles,
    days,
    drilling,
    forecasting,
    late,
    queries,
)
from domain.settlement.answers import PartnerAnswer
from domain.settlement.days import PositionDay
from domain.settlement.drilling import LineBenefit, LineTransfer
from domain.settlement.errors import CycleNotSealed
from domain.settlement.forecasting import Forecast
from domain.settlement.late import LateItem
from domain.settlement.late_models import LatePart
from domain.settlement.models import Cycle, SettlementStep
from domain.settlement.parties import partner
from domain.settlement.queries import Line, Netting, StatementView
from domain.settlement.steps import cycle_of
from domain.storage import COALITION, ReadSession
from partners.errors import SignInTooOld
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_partner, acting_person


async def cycle(ctx: Context, cycle_id: UUID) -> Cycle:
    """A cycle. Raises: CycleNotFound."""
    return await ctx.read(cycle_of, cycle_id)


async def all_cycles(ctx: Context, page: PageRequest) -> Page[Cycle]:
    """The cycles, newest first."""
    return await ctx.read(queries.cycles, page)


async def steps_of(ctx: Context, cycle_id: UUID) -> list[SettlementStep]:
    """Who did what to a cycle: all of it for the coalition, a partner's own answers for the partner."""
    return await ctx.read(queries.steps_of, cycle_id)


async def statement(ctx: Context, cycle_id: UUID, partner_id: UUID | None) -> StatementView:
    """A partner's statement: its own, or any for the coalition. Raises: CycleNotFound, StatementNotFound."""
    whose = acting_partner(ctx.viewer) if partner_id is None else partner_id
    return await ctx.read(queries.statement, cycle_id, PartnerId(whose))


async def statement_by_id(ctx: Context, statement_id: UUID) -> StatementView:
    """A statement of the computation that holds. Raises: StatementNotFound."""
    return await ctx.read(queries.statement_by_id, statement_id)


async def statements(ctx: Context, cycle_id: UUID) -> list[StatementView]:
    """The statements of a cycle that the viewer may see, those of the house included."""
    parties = [balance.party for balance in await ctx.read(queries.balances, cycle_id)]
    return [await ctx.read(queries.party_statement, cycle_id, party) for party in parties]


async def lines_of(ctx: Context, view: StatementView, page: PageRequest) -> Page[Line]:
    """The lines of a statement."""
    return await ctx.read(queries.lines, view.cycle.cycle_id, view.balance.party, page)


async def line(ctx: Context, line_id: UUID) -> Line:
    """One line that the viewer may see. Raises: LineNotFound."""
    return await ctx.read(queries.line_by_id, line_id)


async def transfers_under(
    ctx: Context, line_id: UUID, page: PageRequest, *, only: tuple[UUID, UUID, UUID] | None = None
) -> Page[LineTransfer]:
    """The transfers a line was counted from, or the one that is named."""
    named = None if only is None else (only[0], only[1], only[2].int)
    return await ctx.read(drilling.transfers_under, line_id, page, only=named)


async def benefits_under(ctx: Context, line_id: UUID, page: PageRequest) -> Page[LineBenefit]:
    """The benefits in money a line was counted from."""
    return await ctx.read(drilling.benefits_under, line_id, page)


async def lines_under(ctx: Context, line_id: UUID, page: PageRequest) -> Page[Line]:
    """The lines that a fee, a tax or a rounding line was figured from."""
    return await ctx.read(drilling.lines_under, line_id, page)


async def netting(ctx: Context, cycle_id: UUID) -> Netting | None:
    """What netting makes of a computed cycle; for the coalition alone. Raises: CycleNotFound."""
    if ctx.viewer.audience is not Audience.COALITION:
        return None
    return await ctx.read(queries.netting_of, cycle_id)


async def forecast(ctx: Context) -> Forecast:
    """Where the open cycle stands: all of it for the coalition, a partner's own part for the partner."""
    async with ctx.database.session(COALITION) as session:
        position = await forecasting.running_position(ReadSession(session), now=ctx.now)
    if ctx.viewer.audience is Audience.COALITION:
        return position
    own = partner(PartnerId(acting_partner(ctx.viewer)))
    return replace(
        position,
        balances=tuple(balance for balance in position.balances if balance.party == own),
        prices={whose: price for whose, price in position.prices.items() if whose == own.partner_id},
    )


async def position_days(ctx: Context) -> list[PositionDay]:
    """The open cycle day by day: all partners for the coalition, a partner's own for the partner."""
    async with ctx.database.session(COALITION) as session:
        found = await days.position_days(ReadSession(session), now=ctx.now)
    if ctx.viewer.audience is Audience.COALITION:
        return found
    own = acting_partner(ctx.viewer)
    return [day for day in found if day.partner_id == own]


async def line_proof(ctx: Context, line_id: UUID) -> str | None:
    """The proof of a line that the viewer may see; None where its cycle has none. Raises: LineNotFound."""
    await ctx.read(queries.line_by_id, line_id)
    async with ctx.database.session(COALITION) as session:
        try:
            return await proofs.prove_line(ReadSession(session), line_id)
        except CycleNotSealed:
            return None


async def proof(ctx: Context, cycle_id: UUID, wallet_id: UUID, entry_id: UUID) -> EntryProof:
    """The proof that a sealed cycle contains an entry. Raises: CycleNotFound, CycleNotSealed, EntryNotInCycle."""
    return await ctx.read(sealing.prove_entry, cycle_id, wallet_id=wallet_id, entry_id=entry_id)


async def answers_of(ctx: Context, cycle_id: UUID) -> list[PartnerAnswer]:
    """What partners say to their statements: all for the coalition, a partner's own for the partner."""
    return await ctx.read(answers.answers_of, cycle_id, now=ctx.now)


async def late_parts_of(ctx: Context, line: Line) -> list[LatePart]:
    """How many points of a line came late, and from when."""
    return await ctx.read(late.late_parts_of, line)


async def late_items(ctx: Context, cycle_id: UUID, page: PageRequest) -> Page[LateItem]:
    """What came late in a cycle."""
    return await ctx.read(late.late_items, cycle_id, page)


async def approval_standing(ctx: Context, cycle_id: UUID) -> approvals.Standing | None:
    """What the approval is worth now; for the coalition alone."""
    if ctx.viewer.audience is not Audience.COALITION:
        return None
    return await ctx.read(approvals.standing, cycle_id, now=ctx.now)


async def cut_off(ctx: Context, cycle_id: UUID) -> Cycle:
    """Let no further posting into a cycle, open the next, and seal what the cycle holds."""
    by = None if ctx.viewer.person_id is None else PersonId(ctx.viewer.person_id)
    await ctx.write(cycles.cut_off, cycle_id, now=ctx.now, by=by)
    return await ctx.write(sealing.seal, cycle_id, now=ctx.now)


async def compute(ctx: Context, cycle_id: UUID, de_minimis: Decimal | None) -> Cycle:
    """Draw up the statements."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(computing.compute, cycle_id, now=ctx.now, de_minimis=de_minimis, by=by)


async def propose(ctx: Context, cycle_id: UUID, days_to_answer: int | None) -> Cycle:
    """Lay the statements before the partners."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(cycles.propose, cycle_id, by=by, now=ctx.now, days_to_answer=days_to_answer)


async def accept(ctx: Context, cycle_id: UUID) -> StatementView:
    """A partner agrees with its statement."""
    partner_id, by = acting_partner(ctx.viewer), PersonId(acting_person(ctx.viewer))
    await ctx.write(answers.accept, cycle_id, PartnerId(partner_id), by=by, now=ctx.now)
    return await statement(ctx, cycle_id, partner_id)


async def approve(ctx: Context, cycle_id: UUID) -> Cycle:
    """A second person agrees, freshly signed in. Raises: SignInTooOld, and what the domain refuses."""
    by = PersonId(acting_person(ctx.viewer))
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
    return await ctx.write(cycles.approve, cycle_id, by=by, now=ctx.now)


async def close(ctx: Context, cycle_id: UUID) -> Cycle:
    """Put a settled cycle away, nothing of which is open."""
    return await ctx.write(ending.close, cycle_id, by=PersonId(acting_person(ctx.viewer)), now=ctx.now)


async def void(ctx: Context, cycle_id: UUID, reason: str) -> Cycle:
    """Take a proposal or an approval back."""
    return await ctx.write(cycles.void, cycle_id, by=PersonId(acting_person(ctx.viewer)), reason=reason, now=ctx.now)
