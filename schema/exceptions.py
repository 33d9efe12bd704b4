"""The worklist of reconciliation: what file and ledger do not agree on, until it is cleared up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.paging import Page, PageRequest
from domain.reconciliation import models, queries, sides
from domain.reconciliation.queries import Exceptional, Wanted
from domain.reconciliation.words import (
    ExceptionState,
    Outcome,
    Reason,
    RecordKind,
    Resolution,
    Severity,
    Suggestion,
)
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import reconciliation
from resolvers.context import Info
from resolvers.policies import acting_person
from schema.connections import Connection, paged
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.money import Money
from schema.nodes import findable
from schema.permissions import needs
from schema.reconciliation import WRITE, ReconciliationFile
from schema.shape import shows

CONFIRM = needs(Scope.RECONCILIATION_WRITE, Scope.SETTLEMENT_APPROVE)
"""A second person may be one who approves settlements."""


@strawberry.type
@shows(models.ExceptionStep)
class ExceptionStep:
    """Something that was done about an exception; never changed afterwards."""

    what: str
    """What was done."""
    note: str | None
    """What was written down with it."""
    taken_at: datetime
    """When."""

    @strawberry.field
    @staticmethod
    def by_me(step: strawberry.Parent[models.ExceptionStep], info: Info) -> bool:
        """Whether you did it."""
        return step.person_id is not None and step.person_id == info.context.viewer.person_id


@strawberry.type
@shows(sides.Side)
class ReconciliationSide:
    """What the file, or the ledger, says of something."""

    reference: str | None
    """The partner's number of it."""
    kind: RecordKind | None
    """What it is."""
    occurred_at: datetime | None
    """When it took place."""
    outlet: str | None
    """The partner's own code of the outlet."""
    points: Points | None
    """As the member gets them."""

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def amount(side: strawberry.Parent[sides.Side], info: Info) -> DomainMoney | None:
        """The amount; what was paid back is negative."""
        return await reconciliation.amount_of(info.context, side)


@strawberry.type
@shows(Exceptional)
class ReconciliationException(Node):
    """Something on which a file and the ledger do not agree."""

    id: strawberry.ID = identified("exception_id")
    reference: str | None
    """The partner's number of it."""
    kind: RecordKind | None
    """What it is about."""
    occurred_at: datetime | None
    """When it took place."""
    points: Points | None
    """As the member gets them."""

    @strawberry.field
    @staticmethod
    def row(one: strawberry.Parent[Exceptional]) -> int | None:
        """The row of the file, as a spreadsheet numbers it; null for a posting that the file lacks."""
        return one.found.row

    @strawberry.field
    @staticmethod
    def outcome(one: strawberry.Parent[Exceptional]) -> Outcome:
        """What became of it."""
        return Outcome(one.found.outcome)

    @strawberry.field
    @staticmethod
    def reason(one: strawberry.Parent[Exceptional]) -> Reason | None:
        """Why."""
        return Reason(one.found.reason) if one.found.reason else None

    @strawberry.field
    @staticmethod
    def severity(one: strawberry.Parent[Exceptional]) -> Severity:
        """How much it weighs."""
        return Severity(one.found.severity)

    @strawberry.field
    @staticmethod
    def suggestion(one: strawberry.Parent[Exceptional]) -> Suggestion:
        """What is most likely to be done."""
        return Suggestion(one.found.suggestion)

    @strawberry.field
    @staticmethod
    def because(one: strawberry.Parent[Exceptional]) -> str:
        """Why that is suggested."""
        return one.found.because

    @strawberry.field
    @staticmethod
    def state(one: strawberry.Parent[Exceptional]) -> ExceptionState:
        """Where it stands."""
        return ExceptionState(one.found.state)

    @strawberry.field
    @staticmethod
    def resolution(one: strawberry.Parent[Exceptional]) -> Resolution | None:
        """How it was cleared up, or is proposed to be."""
        return Resolution(one.found.resolution) if one.found.resolution else None

    @strawberry.field
    @staticmethod
    def assigned(one: strawberry.Parent[Exceptional]) -> bool:
        """Whether somebody has taken it upon themselves."""
        return one.found.assigned_to is not None

    @strawberry.field(graphql_type=ReconciliationSide | None)
    @staticmethod
    def file_says(one: strawberry.Parent[Exceptional]) -> sides.Side | None:
        """What the file says; null where it has nothing of it."""
        return None if one.record is None else sides.of_record(one.record)

    @strawberry.field(graphql_type=ReconciliationSide | None)
    @staticmethod
    async def ledger_says(one: strawberry.Parent[Exceptional], info: Info) -> sides.Side | None:
        """What the ledger says; null where it has nothing of it."""
        return await reconciliation.ledger_says(info.context, one)

    @strawberry.field(graphql_type=ReconciliationFile)
    @staticmethod
    async def file(one: strawberry.Parent[Exceptional], info: Info) -> models.PartnerFile:
        """The file it was found in."""
        return await reconciliation.file_of(info.context, one)

    @strawberry.field(graphql_type=Annotated["ReconciliationException", strawberry.lazy("schema.exceptions")] | None)
    @staticmethod
    async def suggested(one: strawberry.Parent[Exceptional], info: Info) -> Exceptional | None:
        """The most likely counterpart on the other side."""
        return await reconciliation.suggested(info.context, one)

    @strawberry.field(graphql_type=list[ExceptionStep])
    @staticmethod
    async def steps(one: strawberry.Parent[Exceptional], info: Info) -> list[models.ExceptionStep]:
        """What was done about it."""
        return await reconciliation.steps_of(info.context, one.exception_id)


findable(ReconciliationException, reconciliation.exception, WRITE)


@strawberry.type
class ExceptionPayload:
    """What became of a step of an exception."""

    exception: ReconciliationException | None = None
    """The exception; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class ReconciliationExceptionFilter:
    """Which exceptions; what is not said is not asked."""

    file: strawberry.ID | None = None
    """Of this file."""
    states: list[ExceptionState] = strawberry.field(default_factory=list)
    """In one of these states."""
    outcomes: list[Outcome] = strawberry.field(default_factory=list)
    """With one of these outcomes."""
    severities: list[Severity] = strawberry.field(default_factory=list)
    """Of one of these severities."""
    mine: bool = False
    """Only those that you have taken upon yourself."""

    def to_wanted(self, info: Info) -> Wanted:
        """The filter. Raises: WrongAudience."""
        return Wanted(
            file_id=None if self.file is None else info.context.global_ids.one("ReconciliationFile", self.file),
            states=self.states,
            outcomes=self.outcomes,
            severities=self.severities,
            assigned_to=acting_person(info.context.viewer) if self.mine else None,  # type: ignore[arg-type]
        )


@strawberry.input
class ExceptionInput:
    """A step of an exception."""

    exception: strawberry.ID
    """The exception."""


@strawberry.input
class ExceptionAssignInput:
    """An exception to take, or to put down."""

    exception: strawberry.ID
    """The exception."""
    to_me: bool = True
    """Whether to take it upon yourself; otherwise it is nobody's."""


@strawberry.input
class ExceptionNoteInput:
    """Something to write down."""

    exception: strawberry.ID
    """The exception."""
    note: str
    """What; at most 1,000 characters."""


@strawberry.input
class ExceptionResolveInput:
    """An exception to be cleared up by one person."""

    exception: strawberry.ID
    """The exception."""
    resolution: Resolution
    """ACCEPTED or CORRECT_IN_NEXT_FILE; the others take two persons."""
    note: str | None = None
    """What to write down with it."""


@strawberry.input
class ExceptionProposeInput:
    """A resolution that a second person has to confirm."""

    exception: strawberry.ID
    """The exception."""
    resolution: Resolution
    """FORCE_MATCHED or WRITTEN_OFF."""
    note: str
    """Why."""
    counterpart: strawberry.ID | None = None
    """The exception on the other side that it belongs to; the suggested one, if none is named."""


@strawberry.type
class ExceptionQuery:
    """The worklist."""

    @strawberry.field(graphql_type=Connection[ReconciliationException], extensions=[WRITE, paged()])
    @staticmethod
    async def reconciliation_exceptions(
        info: Info,
        page: PageRequest,
        filter: Annotated[  # GraphQL's usual word
            ReconciliationExceptionFilter | None, strawberry.argument(description="Which; all, if not said.")
        ] = None,
    ) -> Page[queries.Exceptional]:
        """What file and ledger do not agree on, in the order of files and their rows."""
        wanted = Wanted() if filter is None else filter.to_wanted(info)
        return await reconciliation.exceptions(info.context, wanted, page)


def _named(info: Info, exception: str) -> Any:
    return info.context.global_ids.one("ReconciliationException", exception)


@strawberry.type
class ExceptionMutation:
    """Exceptions are cleared up, by one person or by two."""

    @strawberry.mutation(graphql_type=ExceptionPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def exception_assign(info: Info, input: ExceptionAssignInput) -> Any:
        """Take an exception upon yourself, or put it down."""
        done = await reconciliation.assign(info.context, _named(info, input.exception), to_me=input.to_me)
        return ExceptionPayload(exception=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ExceptionPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def exception_note(info: Info, input: ExceptionNoteInput) -> Any:
        """Write something down about an exception."""
        done = await reconciliation.note(info.context, _named(info, input.exception), input.note)
        return ExceptionPayload(exception=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ExceptionPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def exception_resolve(info: Info, input: ExceptionResolveInput) -> Any:
        """Clear an exception up."""
        exception_id = _named(info, input.exception)
        done = await reconciliation.resolve(info.context, exception_id, input.resolution, input.note)
        return ExceptionPayload(exception=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ExceptionPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def exception_propose(info: Info, input: ExceptionProposeInput) -> Any:
        """Propose to match by force, or to write off; another person confirms."""
        exception_id = _named(info, input.exception)
        other = None if input.counterpart is None else _named(info, input.counterpart)
        done = await reconciliation.propose(info.context, exception_id, input.resolution, input.note, other)
        return ExceptionPayload(exception=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ExceptionPayload, extensions=[CONFIRM, refusals])
    @staticmethod
    async def exception_confirm(info: Info, input: ExceptionInput) -> Any:
        """Agree, as a second person who has just signed in, to what was proposed."""
        done = await reconciliation.confirm(info.context, _named(info, input.exception))
        return ExceptionPayload(exception=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ExceptionPayload, extensions=[CONFIRM, refusals])
    @staticmethod
    async def exception_decline(info: Info, input: ExceptionNoteInput) -> Any:
        """Decline what was proposed, or take it back."""
        done = await reconciliation.decline(info.context, _named(info, input.exception), input.note)
        return ExceptionPayload(exception=done)  # type: ignore[arg-type]
