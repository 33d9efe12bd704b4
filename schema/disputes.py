"""Disputes of statement lines: raised by a partner, answered by the other side, decided by the coalition."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.settlement import queries
from domain.settlement.disputing import models
from domain.settlement.disputing.models import (
    DisputeOutcome,
    DisputeReason,
    DisputeState,
    DisputeStepKind,
    DisputeTreatment,
)
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, disputes, people
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.dispute_inputs import (
    DisputeAddEvidenceInput,
    DisputeAnswerInput,
    DisputeDecideInput,
    DisputeRaiseInput,
    DisputeStepInput,
)
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.limits import Cost
from schema.money import Money
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows
from schema.statements import StatementLine

READ = needs(Scope.SETTLEMENT_READ)
DISPUTE = needs(Scope.SETTLEMENT_DISPUTE)
EITHER_SIDE = needs(Scope.SETTLEMENT_DISPUTE, Scope.SETTLEMENT_PREPARE)
DECIDE = needs(Scope.SETTLEMENT_APPROVE)

CONTENT_WEIGHT = 100


@strawberry.type
@shows(models.DisputeTransfer)
class DisputeTransfer:
    """A movement of points that a dispute names."""

    points: Points
    """How many points moved."""
    exact: Decimal
    """What it adds to the line, unrounded."""


@strawberry.type
@shows(models.DisputeEvidence)
class DisputeEvidence(Node):
    """A file or a note; both sides of the line and the coalition see it, and nobody else. It is never changed."""

    id: strawberry.ID = identified("evidence_id")
    name: str
    """The file's name, or the note's title."""
    media_type: str | None
    """What the file says it is, such as application/pdf; null for a note."""
    words: str | None
    """The note's text; null for a file, whose content `disputeEvidenceContent` gives."""
    size: int
    """Bytes."""
    added_at: datetime
    """When."""

    @strawberry.field
    @staticmethod
    def sha256(added: strawberry.Parent[models.DisputeEvidence]) -> str:
        """The hash of the file, or of the note's text in UTF-8, in hexadecimal."""
        return added.sha256.hex()

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(added: strawberry.Parent[models.DisputeEvidence], info: Info) -> coalition_models.Partner | None:
        """Who added it; null for the coalition."""
        return await coalition.partner_or_none(info.context, added.by_partner_id)


findable(DisputeEvidence, disputes.one_evidence, READ)


@strawberry.type
@shows(models.DisputeStep)
class DisputeStep:
    """Something that was done in a dispute; never changed afterwards."""

    step: DisputeStepKind
    """What was done."""
    from_state: DisputeState | None
    """How far the dispute had come."""
    to_state: DisputeState
    """How far it came."""
    note: str | None
    """More about it."""
    taken_at: datetime
    """When."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(step: strawberry.Parent[models.DisputeStep], info: Info) -> coalition_models.Partner | None:
        """Whose step it was; null for the coalition, and for what time did."""
        return await coalition.partner_or_none(info.context, step.by_partner_id)

    @strawberry.field
    @staticmethod
    async def person_name(step: strawberry.Parent[models.DisputeStep], info: Info) -> str | None:
        """Who did it, where the name is yours to see; null for what time did."""
        person = await people.person_or_none(info.context, step.person_id)
        return person.name if person is not None else None


@strawberry.type
@shows(models.DisputeDecision)
class DisputeDecision:
    """What the coalition decided, by a person who neither prepared the cycle nor answered the dispute."""

    outcome: DisputeOutcome
    """Which way."""
    upheld: Decimal
    """How much of the disputed amount, in the settlement currency."""
    reasons: str
    """Why."""
    decided_at: datetime
    """When."""


@strawberry.type
@shows(models.Dispute)
class Dispute(Node):
    """A partner does not agree with a line of its statement, or with a part of it."""

    id: strawberry.ID = identified("dispute_id")
    state: DisputeState
    """How far it has come."""
    reason: DisputeReason
    """Why, by its code."""
    words: str | None
    """Why, in words."""
    exact: Decimal
    """The unrounded sum of the transfers it names; otherwise the amount."""
    treatment: DisputeTreatment
    """What becomes of the amount until it is decided: it stays in the statement, or leaves it."""
    raised_at: datetime
    """When it was raised."""
    due_at: datetime | None
    """Until when the next stage is to be reached; null once nothing more is to come."""
    answer: str | None
    """What the other side says."""
    answered_at: datetime | None
    """When it said so."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def amount(dispute: strawberry.Parent[models.Dispute], info: Info) -> DomainMoney:
        """What is disputed."""
        return DomainMoney(dispute.amount, await disputes.currency(info.context))

    @strawberry.field
    @staticmethod
    def conceded(dispute: strawberry.Parent[models.Dispute]) -> Decimal | None:
        """How much of it the other side agrees to, in the settlement currency; null until it answers."""
        return dispute.conceded

    @strawberry.field
    @staticmethod
    def overdue(dispute: strawberry.Parent[models.Dispute], info: Info) -> bool:
        """Whether the next stage should have been reached by now."""
        return dispute.due_at is not None and dispute.due_at <= info.context.now

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(dispute: strawberry.Parent[models.Dispute], info: Info) -> coalition_models.Partner | None:
        """Who raised it."""
        return await coalition.partner_or_none(info.context, dispute.partner_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def other_side(dispute: strawberry.Parent[models.Dispute], info: Info) -> coalition_models.Partner | None:
        """The other side of the line, which answers; null for an account of the house: the coalition answers."""
        return await coalition.partner_or_none(info.context, dispute.other_id)

    @strawberry.field
    @staticmethod
    def cycle_id(dispute: strawberry.Parent[models.Dispute], info: Info) -> strawberry.ID:
        """The id of the line's cycle."""
        return strawberry.ID(info.context.global_ids.encode("Cycle", dispute.cycle_id))

    @strawberry.field(graphql_type=StatementLine | None, extensions=[or_null])
    @staticmethod
    async def line(dispute: strawberry.Parent[models.Dispute], info: Info) -> queries.Line:
        """The line as it was disputed; null while its cycle is being computed again."""
        return await disputes.line_of(info.context, dispute)

    @strawberry.field(graphql_type=list[DisputeTransfer])
    @staticmethod
    async def transfers(dispute: strawberry.Parent[models.Dispute], info: Info) -> list[models.DisputeTransfer]:
        """The movements of points it names; none where an amount is disputed."""
        return await disputes.transfers_of(info.context, dispute)

    @strawberry.field(graphql_type=list[DisputeEvidence])
    @staticmethod
    async def evidence(dispute: strawberry.Parent[models.Dispute], info: Info) -> list[models.DisputeEvidence]:
        """The files and notes, in order."""
        return await disputes.evidence_of(info.context, dispute)

    @strawberry.field(graphql_type=list[DisputeStep])
    @staticmethod
    async def history(dispute: strawberry.Parent[models.Dispute], info: Info) -> list[models.DisputeStep]:
        """Who did what, in order."""
        return await disputes.steps_of(info.context, dispute)

    @strawberry.field(graphql_type=DisputeDecision | None)
    @staticmethod
    async def decision(dispute: strawberry.Parent[models.Dispute], info: Info) -> models.DisputeDecision | None:
        """What the coalition decided; null as long as it has not."""
        return await disputes.decision_of(info.context, dispute)


findable(Dispute, disputes.find, READ)


@strawberry.type
class DisputePayload:
    """What became of a step of a dispute."""

    dispute: Dispute | None = None
    """The dispute; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


States = Annotated[list[DisputeState] | None, strawberry.argument(description="Only disputes that have come so far.")]
OfCycle = Annotated[strawberry.ID | None, strawberry.argument(description="Only disputes of lines of this cycle.")]
Mine = Annotated[bool, strawberry.argument(description="Only disputes that your partner raised.")]
Overdue = Annotated[bool, strawberry.argument(description="Only disputes whose next stage is late.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The dispute's id.")]
EvidenceId = Annotated[strawberry.ID, strawberry.argument(description="The id of the evidence.")]


@strawberry.type
class DisputeQuery:
    """Disputes of statement lines."""

    @strawberry.field(graphql_type=Connection[Dispute], extensions=[READ, paged()])
    @staticmethod
    async def disputes(
        info: Info,
        page: PageRequest,
        states: States = None,
        cycle: OfCycle = None,
        mine: Mine = False,  # noqa: FBT002 - an argument of the contract
        overdue: Overdue = False,  # noqa: FBT002 - see above
    ) -> Page[models.Dispute]:
        """The disputes of lines that you are a side of, newest first; for the coalition, all."""
        cycle_id = None if cycle is None else info.context.global_ids.one("Cycle", cycle)
        return await disputes.page(info.context, page, states=states, cycle_id=cycle_id, mine=mine, overdue=overdue)

    @strawberry.field(graphql_type=Dispute | None, extensions=[READ, or_null])
    @staticmethod
    async def dispute(info: Info, id: Id) -> models.Dispute:
        """One dispute; null when there is none that you may see."""
        return await disputes.find(info.context, info.context.global_ids.one("Dispute", id))

    @strawberry.field(extensions=[READ, or_null], directives=[Cost(weight=CONTENT_WEIGHT)])
    @staticmethod
    async def dispute_evidence_content(info: Info, id: EvidenceId) -> str | None:
        """The content of a file in base64; null for a note, and when there is none that you may see."""
        found = await disputes.one_evidence(info.context, info.context.global_ids.one("DisputeEvidence", id))
        return None if found.content is None else base64.b64encode(found.content).decode()


@strawberry.type
class DisputeMutation:
    """A dispute goes from raised to decided."""

    @strawberry.mutation(graphql_type=DisputePayload, extensions=[DISPUTE, refusals])
    @staticmethod
    async def dispute_raise(info: Info, input: DisputeRaiseInput) -> Any:
        """Dispute a line of your statement, as long as your contract lets you."""
        ids = info.context.global_ids
        raised = await disputes.raise_dispute(
            info.context,
            key=input.idempotency_key,
            line_id=ids.one("StatementLine", input.line),
            reason=input.reason,
            words=input.words,
            amount=input.amount,
            transfers=[ids.triple("LineTransfer", text) for text in input.transfers or ()],
        )
        return _payload(raised)

    @strawberry.mutation(graphql_type=DisputePayload, extensions=[EITHER_SIDE, refusals])
    @staticmethod
    async def dispute_answer(info: Info, input: DisputeAnswerInput) -> Any:
        """Answer a dispute of a line that you are the other side of; the coalition answers for the house."""
        return _payload(await disputes.answer(info.context, _id(info, input), input.words, input.conceded))

    @strawberry.mutation(graphql_type=DisputePayload, extensions=[EITHER_SIDE, refusals])
    @staticmethod
    async def dispute_escalate(info: Info, input: DisputeStepInput) -> Any:
        """Take your dispute to the coalition, once it is answered or its time for that is over."""
        return _payload(await disputes.escalate(info.context, _id(info, input)))

    @strawberry.mutation(graphql_type=DisputePayload, extensions=[DECIDE, refusals])
    @staticmethod
    async def dispute_decide(info: Info, input: DisputeDecideInput) -> Any:
        """Decide an escalated dispute, as somebody of the coalition who had no part in it and has just signed in."""
        return _payload(await disputes.decide(info.context, _id(info, input), input.upheld, input.reasons))

    @strawberry.mutation(graphql_type=DisputePayload, extensions=[DISPUTE, refusals])
    @staticmethod
    async def dispute_withdraw(info: Info, input: DisputeStepInput) -> Any:
        """Take your dispute back, as long as it is not decided."""
        return _payload(await disputes.withdraw(info.context, _id(info, input)))

    @strawberry.mutation(graphql_type=DisputePayload, extensions=[EITHER_SIDE, refusals])
    @staticmethod
    async def dispute_add_evidence(info: Info, input: DisputeAddEvidenceInput) -> Any:
        """Lay a file or a note before the other side and the coalition; the same content is kept once."""
        given: Mapping[str, Any] = {
            "name": input.name,
            "words": input.words,
            "media_type": input.media_type,
            "content": input.bytes(),
        }
        return _payload(await disputes.add_evidence(info.context, _id(info, input), **given))


def _id(info: Info, given: Any) -> Any:
    return info.context.global_ids.one("Dispute", given.dispute)


def _payload(dispute: models.Dispute) -> DisputePayload:
    return DisputePayload(dispute=dispute)  # type: ignore[arg-type]
