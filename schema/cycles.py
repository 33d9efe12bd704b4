"""Cycles of settlement: how far each has come, what netting makes of it, and the steps of preparer and approver."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.banking import means as domain_means
from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.settlement import days as domain_days
from domain.settlement import forecasting, late, models, queries
from domain.settlement.answers import PartnerAnswer as DomainAnswer
from domain.settlement.approvals import Standing
from domain.settlement.failure_models import SetAside as FailedPartner
from domain.settlement.models import CycleState
from domain.settlement.statements import Balance as DomainBalance
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, prepaid, set_asides, settlement
from resolvers.context import Info
from schema.allowances import SponsorMeans
from schema.answers import PartnerAnswer
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.late import LateItem
from schema.netting import Netting, Position
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.set_asides import SetAside
from schema.shape import shows
from schema.statements import Statement, StatementLine

READ = needs(Scope.SETTLEMENT_READ)
PREPARE = needs(Scope.SETTLEMENT_PREPARE)


@strawberry.type
@shows(models.SettlementStep)
class SettlementStep:
    """Something that was done to a cycle; never changed afterwards."""

    step: str
    """What was done."""
    from_state: CycleState | None
    """Where the cycle stood."""
    to_state: CycleState
    """Where it stood afterwards."""
    note: str | None
    """Why, where a reason was given."""
    taken_at: datetime
    """When."""


@strawberry.type
@shows(models.Cycle)
class Cycle(Node):
    """A span of postings that is settled together; one is always open."""

    id: strawberry.ID = identified("cycle_id")
    number: int
    """Counts the cycles from one."""
    name: str
    """What people call it, such as 2026-03."""
    state: CycleState
    """How far its settlement has come."""
    opened_at: datetime
    """When it began."""
    cut_off_at: datetime | None
    """From when on no posting was added."""
    proposed_at: datetime | None
    """When the statements were laid before the partners."""
    answer_until: datetime | None
    """Until when they may answer; silence past it is acceptance."""
    approved_at: datetime | None
    """When a second person agreed."""
    revision: int
    """Which of its computations holds; answers and approvals are for one."""
    de_minimis: Decimal | None
    """Smaller closing balances were carried forward; null before it is computed."""

    @strawberry.field
    @staticmethod
    def merkle_root(cycle: strawberry.Parent[models.Cycle]) -> str | None:
        """The root over the hashes of all its entries, in hexadecimal; null until it is sealed."""
        return cycle.merkle_root.hex() if cycle.merkle_root is not None else None

    @strawberry.field
    @staticmethod
    def movements_root(cycle: strawberry.Parent[models.Cycle]) -> str | None:
        """The root over all its movements of points that money hangs on; proofs of lines lead to it."""
        return cycle.movements_root.hex() if cycle.movements_root is not None else None

    @strawberry.field
    @staticmethod
    def digest(cycle: strawberry.Parent[models.Cycle]) -> str | None:
        """The hash of everything that was computed: what is approved, and what proofs of lines are held against."""
        return cycle.digest.hex() if cycle.digest is not None else None

    @strawberry.field(graphql_type=list[SettlementStep])
    @staticmethod
    async def steps(cycle: strawberry.Parent[models.Cycle], info: Info) -> list[models.SettlementStep]:
        """What was done to it; to a partner, its own answers."""
        return await settlement.steps_of(info.context, cycle.cycle_id)

    @strawberry.field(graphql_type=list[PartnerAnswer])
    @staticmethod
    async def answers(cycle: strawberry.Parent[models.Cycle], info: Info) -> list[DomainAnswer]:
        """What each partner says to its statement: to a partner, its own; none before it is proposed."""
        return await settlement.answers_of(info.context, cycle.cycle_id)

    @strawberry.field
    @staticmethod
    async def approval(cycle: strawberry.Parent[models.Cycle], info: Info) -> Standing | None:
        """What its approval is worth now; null to all but the coalition."""
        return await settlement.approval_standing(info.context, cycle.cycle_id)

    @strawberry.field(graphql_type=list[SetAside])
    @staticmethod
    async def set_asides(cycle: strawberry.Parent[models.Cycle], info: Info) -> list[FailedPartner]:
        """The partners it is settled without, or is asked to be; none to all but the coalition."""
        return await set_asides.set_asides_of(info.context, cycle.cycle_id)

    @strawberry.field(graphql_type=list[StatementLine])
    @staticmethod
    async def lines_aside(cycle: strawberry.Parent[models.Cycle], info: Info) -> list[queries.Line]:
        """What failed partners would have owed and been owed; to a partner, the lines it is a side of."""
        return await set_asides.lines_aside(info.context, cycle.cycle_id)

    @strawberry.field(graphql_type=Connection[LateItem], extensions=[paged()])
    @staticmethod
    async def late_items(cycle: strawberry.Parent[models.Cycle], info: Info, page: PageRequest) -> Page[late.LateItem]:
        """What was posted in it and happened in the time of an earlier cycle; to a partner, what it recorded itself."""
        return await settlement.late_items(info.context, cycle.cycle_id, page)

    @strawberry.field(graphql_type=list[Statement])
    @staticmethod
    async def statements(cycle: strawberry.Parent[models.Cycle], info: Info) -> list[queries.StatementView]:
        """What it comes to for each party you may see; none before it is computed."""
        return await settlement.statements(info.context, cycle.cycle_id)

    @strawberry.field(graphql_type=Netting | None)
    @staticmethod
    async def netting(cycle: strawberry.Parent[models.Cycle], info: Info) -> queries.Netting | None:
        """Who owes whom, and what is left to pay; null to all but the coalition."""
        return await settlement.netting(info.context, cycle.cycle_id)


findable(Cycle, settlement.cycle, READ)


@strawberry.type
@shows(domain_days.PositionDay)
class PositionDay:
    """A partner's day of the open cycle."""

    day: date
    """The day, in the coalition's time zone."""
    position: Decimal
    """What the cycle came to for it by the end of the day, in the settlement currency; without money benefits."""

    @strawberry.field
    @staticmethod
    def issued(day: strawberry.Parent[domain_days.PositionDay]) -> Points:
        """Points it funded that day."""
        return Points(day.issued)

    @strawberry.field
    @staticmethod
    def redeemed(day: strawberry.Parent[domain_days.PositionDay]) -> Points:
        """Points spent with it that day, less those given back."""
        return Points(day.redeemed)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(day: strawberry.Parent[domain_days.PositionDay], info: Info) -> coalition_models.Partner | None:
        """Whose day."""
        return await coalition.partner_or_none(info.context, day.partner_id)


@strawberry.type
class Forecast:
    """Where the open cycle stands. Not a statement."""

    note: str
    """Why it is a forecast."""
    as_of: datetime
    """When it was figured."""
    positions: list[Position]
    """What it would come to; to a partner, its own."""

    @strawberry.field(graphql_type=list[PositionDay])
    @staticmethod
    async def days(info: Info) -> list[domain_days.PositionDay]:
        """The cycle day by day; to a partner, its own days."""
        return await settlement.position_days(info.context)

    @strawberry.field(graphql_type=list[SponsorMeans])
    @staticmethod
    async def means(info: Info) -> list[domain_means.Means]:
        """Packs left, credit exposure and stops of every sponsor that is bounded; to a partner, its own."""
        return await prepaid.all_means(info.context)


@strawberry.type
class CyclePayload:
    """What became of a step of a cycle."""

    cycle: Cycle | None = None
    """The cycle; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class StatementPayload:
    """What became of an answer to a statement."""

    statement: Statement | None = None
    """The statement; null when the answer was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the answer was refused; empty when it was recorded."""


@strawberry.input
class CycleStepInput:
    """A step of a cycle."""

    cycle: strawberry.ID
    """The cycle."""


@strawberry.input
class CycleComputeInput:
    """Statements to be drawn up."""

    cycle: strawberry.ID
    """The cycle; sealed, and not yet proposed."""
    de_minimis: Decimal | None = None
    """Smaller closing balances are carried forward to the next cycle; as the policy says, if not said."""


@strawberry.input
class CycleProposeInput:
    """Statements to be laid before the partners."""

    cycle: strawberry.ID
    """The cycle."""
    days_to_answer: int | None = None
    """How long partners have; silence past it is acceptance. 0 to 90; as the policy says, if not said."""


@strawberry.input
class CycleVoidInput:
    """A proposal or an approval to be taken back."""

    cycle: strawberry.ID
    """The cycle."""
    reason: str
    """Why; it stays on record."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The cycle's id.")]


@strawberry.type
class CycleQuery:
    """Cycles of settlement."""

    @strawberry.field(graphql_type=Connection[Cycle], extensions=[READ, paged()])
    @staticmethod
    async def cycles(info: Info, page: PageRequest) -> Page[models.Cycle]:
        """All cycles, newest first."""
        return await settlement.all_cycles(info.context, page)

    @strawberry.field(graphql_type=Cycle | None, extensions=[READ, or_null])
    @staticmethod
    async def cycle(info: Info, id: Id) -> models.Cycle:
        """One cycle; null when there is none with this id."""
        return await settlement.cycle(info.context, info.context.global_ids.one("Cycle", id))

    @strawberry.field(extensions=[READ])
    @staticmethod
    async def running_position(info: Info) -> Forecast:
        """Where the open cycle stands, at the prices reached so far: a forecast."""
        found = await settlement.forecast(info.context)
        return Forecast(note=found.note, as_of=found.as_of, positions=_positions(found))


def _positions(found: forecasting.Forecast) -> list[Position]:
    return [_position(balance, found.currency) for balance in found.balances]


def _position(balance: DomainBalance, currency: str) -> Position:
    return Position(party=balance.party, net=DomainMoney(balance.net, currency))  # type: ignore[arg-type]


@strawberry.type
class CycleMutation:
    """A cycle goes from open to approved."""

    @strawberry.mutation(graphql_type=CyclePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_cut_off(info: Info, input: CycleStepInput) -> Any:
        """Let no further posting into a cycle, open the next, and seal what it holds."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return CyclePayload(cycle=await settlement.cut_off(info.context, cycle_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CyclePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_compute(info: Info, input: CycleComputeInput) -> Any:
        """Draw up the statements; again as often as wanted, until they are proposed."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return CyclePayload(cycle=await settlement.compute(info.context, cycle_id, input.de_minimis))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CyclePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_propose(info: Info, input: CycleProposeInput) -> Any:
        """Lay the statements before the partners."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return CyclePayload(cycle=await settlement.propose(info.context, cycle_id, input.days_to_answer))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=StatementPayload, extensions=[needs(Scope.SETTLEMENT_DISPUTE), refusals])
    @staticmethod
    async def statement_accept(info: Info, input: CycleStepInput) -> Any:
        """Agree with your statement of a cycle."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return StatementPayload(statement=await settlement.accept(info.context, cycle_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CyclePayload, extensions=[needs(Scope.SETTLEMENT_APPROVE), refusals])
    @staticmethod
    async def cycle_approve(info: Info, input: CycleStepInput) -> Any:
        """Agree, as a second person who has just signed in, to exactly what was proposed."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return CyclePayload(cycle=await settlement.approve(info.context, cycle_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CyclePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_close(info: Info, input: CycleStepInput) -> Any:
        """Put a settled cycle away: nothing more will happen to it."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return CyclePayload(cycle=await settlement.close(info.context, cycle_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CyclePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_void(info: Info, input: CycleVoidInput) -> Any:
        """Take a proposal or an approval back, so that the cycle can be computed again."""
        cycle_id = info.context.global_ids.one("Cycle", input.cycle)
        return CyclePayload(cycle=await settlement.void(info.context, cycle_id, input.reason))  # type: ignore[arg-type]
