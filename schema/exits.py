"""Partners on their way out: notice, exit day, tail, last settlement, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.coalition import exit_models
from domain.coalition import models as coalition_models
from domain.coalition.exit_words import ExitStep, Remainder
from domain.members import notices
from domain.members.notices import NoticeKind
from domain.settlement.exits import blockers, exiting
from domain.settlement.exits.outstanding import Option
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, exits
from resolvers.context import Info
from schema.contracts import SIGN
from schema.errors import UserError, or_null, refusals
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ, Scope.PARTNERS_MANAGE, Scope.PEOPLE_MANAGE)
NOTICE = needs(Scope.PARTNERS_MANAGE, Scope.PEOPLE_MANAGE)


@strawberry.type
@shows(blockers.Blocker)
class ExitBlocker:
    """One thing that has to happen before the next step."""

    says: str
    """What, in words."""
    since: datetime
    """Since when it stands in the way."""


@strawberry.type
@shows(exiting.StepView)
class ExitStage:
    """One step on the way out."""

    step: ExitStep
    """Which."""
    done_at: datetime | None
    """When it was done; null: not yet."""
    due_at: datetime | None
    """When it falls due by itself; null: as soon as nothing stands in its way."""

    @strawberry.field(graphql_type=list[ExitBlocker])
    @staticmethod
    def blockers(stage: strawberry.Parent[exiting.StepView]) -> Sequence[blockers.Blocker]:
        """What has to happen first; told of the next step only."""
        return stage.blockers


@strawberry.type
@shows(Option)
class RemainderOption:
    """One way to deal with points that nobody has spent; members keep them in any case."""

    remainder: Remainder
    """Which."""
    says: str
    """What it means, with its figures."""
    amount: Decimal
    """What the partner pays the operator at its last settlement, in the coalition's currency."""


@strawberry.type
@shows(exit_models.PartnerExit)
class PartnerExit:
    """A partner's way out."""

    reason: str
    """Why."""
    by_partner: bool
    """Whether the partner gave notice, or the coalition did."""
    noticed_at: datetime
    """When notice was given."""
    exit_at: datetime
    """From when on it funds no points."""
    honours_until: datetime
    """Until when its tills honour points."""
    remainder: Remainder | None
    """What becomes of points nobody has spent; null: nobody has said."""
    remainder_agreed_at: datetime | None
    """When a second person agreed to that."""
    settled_at: datetime | None
    """When its points were dealt with."""
    settled_amount: Decimal | None
    """What it paid for them then; below nought, what it got back at a coalition's end."""
    closed_at: datetime | None
    """When it was over."""
    withdrawn_at: datetime | None
    """When notice was taken back."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(
        leaving: strawberry.Parent[exit_models.PartnerExit], info: Info
    ) -> coalition_models.Partner | None:
        """Who leaves."""
        return await coalition.partner_or_none(info.context, leaving.partner_id)


@strawberry.type
@shows(exiting.ExitView)
class ExitView:
    """How far a partner has come on its way out, and what stands before the next step."""

    next: ExitStep | None
    """The next step; null: it is over."""
    outstanding: Points
    """Its points that nobody has spent and that have not expired."""

    @strawberry.field(graphql_type=PartnerExit)
    @staticmethod
    def exit(view: strawberry.Parent[exiting.ExitView]) -> exit_models.PartnerExit:
        """The days and decisions."""
        return view.leaving

    @strawberry.field(graphql_type=list[ExitStage])
    @staticmethod
    def steps(view: strawberry.Parent[exiting.ExitView]) -> Sequence[exiting.StepView]:
        """All steps in their order."""
        return view.steps

    @strawberry.field(graphql_type=list[RemainderOption])
    @staticmethod
    def options(view: strawberry.Parent[exiting.ExitView]) -> Sequence[Option]:
        """What may become of its points; empty once that is settled, or while a cycle is not computed."""
        return view.options


@strawberry.type
@shows(notices.Notice)
class MemberNotice:
    """Days that a member should know of; points are never voided unannounced."""

    kind: NoticeKind
    """What happens."""
    earning_until: datetime
    """From then on no points are earned there."""
    spending_until: datetime
    """Until then points can be spent there."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(notice: strawberry.Parent[notices.Notice], info: Info) -> coalition_models.Partner | None:
        """Who leaves; null: the programme as a whole ends."""
        return await coalition.partner_or_none(info.context, notice.partner_id)


@strawberry.type
class ExitPayload:
    """What became of a step on a partner's way out."""

    exit: ExitView | None = None
    """How far it has come; null when the request was refused, or notice was taken back."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.input
class ExitNoticeInput:
    """Notice to be given."""

    partner: strawberry.ID
    """Who leaves: your own partner, or any for the coalition."""
    exit_at: datetime
    """From when on it funds no points; not before its contract's days of notice are over."""
    reason: str
    """Why, at most 500 characters."""


@strawberry.input
class ExitWithdrawInput:
    """Notice to be taken back."""

    partner: strawberry.ID
    """Whose."""


@strawberry.input
class ExitRemainderInput:
    """What becomes of points nobody has spent."""

    partner: strawberry.ID
    """Whose points."""
    remainder: Remainder
    """HONOUR, PAY_OUT or TAKE_OVER; the second person to say the same agrees, saying otherwise begins anew."""


@strawberry.input
class ExitStepInput:
    """A step on a partner's way out."""

    partner: strawberry.ID
    """Whose."""
    step: ExitStep
    """Which; refused when it is not its turn."""


Whose = Annotated[strawberry.ID, strawberry.argument(description="Whose way out: your own, or any for the coalition.")]


@strawberry.type
class ExitQuery:
    """Who leaves."""

    @strawberry.field(graphql_type=ExitView | None, extensions=[READ, or_null])
    @staticmethod
    async def exit(info: Info, partner: Whose) -> exiting.ExitView:
        """A partner's way out, for it and the coalition; null when no notice stands."""
        return await exits.view(info.context, info.context.global_ids.one("Partner", partner))

    @strawberry.field(graphql_type=list[PartnerExit], extensions=[READ])
    @staticmethod
    async def exits(info: Info) -> list[exit_models.PartnerExit]:
        """Everybody who is leaving or has left, as far as it is yours to see, the latest first."""
        return await exits.exits(info.context)

    @strawberry.field(graphql_type=list[MemberNotice], extensions=[needs(Scope.PROFILE_READ)])
    @staticmethod
    async def my_notices(info: Info) -> Sequence[notices.Notice]:
        """What a member should know of the days of their points: partners that leave, the end of the programme."""
        return await exits.notices_of(info.context)


@strawberry.type
class ExitMutation:
    """Partners leave step by step."""

    @strawberry.mutation(graphql_type=ExitPayload, extensions=[NOTICE, refusals])
    @staticmethod
    async def exit_notice(info: Info, input: ExitNoticeInput) -> Any:
        """Give notice, just signed in: everybody is told, and nothing changes until the exit day."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        given = await exits.give_notice(info.context, partner_id, input.exit_at, input.reason)
        return ExitPayload(exit=given)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ExitPayload, extensions=[NOTICE, refusals])
    @staticmethod
    async def exit_withdraw(info: Info, input: ExitWithdrawInput) -> Any:
        """Take notice back, until the exit day."""
        await exits.withdraw(info.context, info.context.global_ids.one("Partner", input.partner))
        return ExitPayload()

    @strawberry.mutation(graphql_type=ExitPayload, extensions=[SIGN, refusals])
    @staticmethod
    async def exit_remainder(info: Info, input: ExitRemainderInput) -> Any:
        """Say what becomes of points nobody has spent; it counts once a second person says the same."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        chosen = await exits.choose_remainder(info.context, partner_id, input.remainder)
        return ExitPayload(exit=chosen)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ExitPayload, extensions=[needs(Scope.SETTLEMENT_PREPARE), refusals])
    @staticmethod
    async def exit_step(info: Info, input: ExitStepInput) -> Any:
        """Take a step on a partner's way out; dated steps take themselves when their day has come."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        return ExitPayload(exit=await exits.take(info.context, partner_id, input.step))  # type: ignore[arg-type]
