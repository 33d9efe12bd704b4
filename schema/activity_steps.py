"""Activities begin and end; members are invited, answer and come."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import values
from domain.activities import terms as domain_terms
from domain.activities.costing import EnterCost
from domain.activities.inviting import Answer
from domain.activities.models import CostKind
from domain.activities.terms import ActivityId
from domain.errors import InvalidValue
from domain.ids import PartnerId
from partners.scopes import Scope
from resolvers import activities, coalition
from resolvers.context import Info
from resolvers.policies import acting_partner
from schema.activity_parts import ActivityCost, JointActivity, MyActivity, id_of
from schema.activity_terms import ActivityTermsInput
from schema.errors import UserError, refusals
from schema.members import MemberRefInput
from schema.money import MoneyInput
from schema.permissions import needs
from schema.scalars import IdempotencyKey

WRITE = needs(Scope.CAMPAIGNS_WRITE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH)
DOOR = needs(Scope.PURCHASES_WRITE)


@strawberry.input
class ActivityDraftInput:
    """A new activity."""

    terms: ActivityTermsInput
    """What it is and who pays which share."""


@strawberry.input
class ActivityChangeInput:
    """A change of an activity."""

    activity: strawberry.ID
    """The activity."""
    terms: ActivityTermsInput
    """All its terms, as they shall be."""


@strawberry.input
class ActivityAgreeInput:
    """A partner's agreement to bear its share."""

    activity: strawberry.ID
    """The activity."""
    fingerprint: str
    """The `fingerprint` of the terms you have read."""

    def digest(self) -> bytes:
        """As the domain takes it. Raises: InvalidValue."""
        try:
            return bytes.fromhex(self.fingerprint)
        except ValueError:
            raise InvalidValue("a fingerprint is hexadecimal, as shown", path=("fingerprint",)) from None


@strawberry.input
class ActivityStepInput:
    """A step of an activity."""

    activity: strawberry.ID
    """The activity."""


@strawberry.input
class ActivityInviteInput:
    """Who is to be invited: members, a segment, or both."""

    activity: strawberry.ID
    """The activity."""
    members: list[MemberRefInput] = strawberry.field(default_factory=list)
    """Members that you know: at most 500."""
    segment: strawberry.ID | None = None
    """All of a segment that you know."""


@strawberry.input
class ActivityCostEnterInput:
    """What you paid, or plan to pay."""

    idempotency_key: IdempotencyKey
    """Yours for this cost."""
    activity: strawberry.ID
    """The activity; you share its costs."""
    kind: CostKind
    """Planned, or paid."""
    label: str
    """For what: at most 120 characters."""
    money: MoneyInput
    """So much, in the coalition's currency; below nothing puts an earlier one right."""


@strawberry.input
class AttendanceRecordInput:
    """Who came: the member's code for this activity, or the member."""

    activity: strawberry.ID
    """The activity; you host it."""
    code: str | None = None
    """What the member shows."""
    member: MemberRefInput | None = None
    """By its card or your number; where no code is said."""


@strawberry.input
class MyActivityAnswerInput:
    """Your answer."""

    activity: strawberry.ID
    """The activity."""
    answer: Answer
    """ACCEPT, DECLINE or CANCEL."""
    guests: int = 0
    """How many come with you."""


@strawberry.input
class MyAttendanceInput:
    """That you are there."""

    activity: strawberry.ID
    """The activity."""
    code: str
    """What its host shows now."""


@strawberry.type
class ActivityPayload:
    """What became of a step of an activity."""

    activity: JointActivity | None = None
    """The activity; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class ActivityInvitePayload:
    """Who was invited."""

    invited: int = 0
    """How many that were not asked before."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why nobody was; empty when it was done."""


@strawberry.type
class ActivityCostPayload:
    """What became of a cost."""

    cost: ActivityCost | None = None
    """The cost; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was entered."""


@strawberry.type
class AttendanceRecordPayload:
    """What became of an attendance."""

    came: bool = False
    """Whether it is recorded."""
    replayed: bool = False
    """Whether it was before."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it is recorded."""


@strawberry.type
class MyActivityPayload:
    """How you stand to an activity."""

    activity: MyActivity | None = None
    """The activity; null when your step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why your step was refused; empty when it was done."""


@strawberry.type
class ActivityMutation:
    """Activities begin and end; members are invited, answer and come."""

    @strawberry.mutation(graphql_type=ActivityPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def activity_draft(info: Info, input: ActivityDraftInput) -> Any:
        """Write a new activity of yours."""
        return _done(await activities.draft(info.context, input.terms.to_terms(info.context)))

    @strawberry.mutation(graphql_type=ActivityPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def activity_change(info: Info, input: ActivityChangeInput) -> Any:
        """Change a draft; where the activity has been live, the change is the draft of its next version."""
        terms = input.terms.to_terms(info.context)
        return _done(await activities.change(info.context, id_of(info, input.activity), terms))

    @strawberry.mutation(graphql_type=ActivityPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def activity_agree(info: Info, input: ActivityAgreeInput) -> Any:
        """Agree to bear your share, under exactly these terms."""
        return _done(await activities.agree(info.context, id_of(info, input.activity), input.digest()))

    @strawberry.mutation(graphql_type=ActivityPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def activity_publish(info: Info, input: ActivityStepInput) -> Any:
        """Let members be invited, and answer; a version that was live is followed by it."""
        return _done(await activities.publish(info.context, id_of(info, input.activity)))

    @strawberry.mutation(graphql_type=ActivityPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def activity_pause(info: Info, input: ActivityStepInput) -> Any:
        """Take no answers for now; whoever has a place still comes."""
        return _done(await activities.pause(info.context, id_of(info, input.activity)))

    @strawberry.mutation(graphql_type=ActivityPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def activity_resume(info: Info, input: ActivityStepInput) -> Any:
        """Go on under the same terms, as the next version."""
        return _done(await activities.resume(info.context, id_of(info, input.activity)))

    @strawberry.mutation(graphql_type=ActivityPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def activity_end(info: Info, input: ActivityStepInput) -> Any:
        """Call it off, or put it away when it is over."""
        return _done(await activities.end(info.context, id_of(info, input.activity)))

    @strawberry.mutation(graphql_type=ActivityInvitePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def activity_invite(info: Info, input: ActivityInviteInput) -> Any:
        """Invite members that you know; those who allow you offers are told by a message."""
        if len(input.members) > LARGEST_INVITATION:
            raise InvalidValue(f"at most {LARGEST_INVITATION} members at once", path=("members",))
        refs = [one.to_ref(info.context) for one in input.members]
        segment = None if input.segment is None else info.context.global_ids.one("Segment", input.segment)
        made = await activities.invite(info.context, id_of(info, input.activity), refs, segment)
        return ActivityInvitePayload(invited=made)

    @strawberry.mutation(graphql_type=ActivityCostPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def activity_cost_enter(info: Info, input: ActivityCostEnterInput) -> Any:
        """Tell what you paid, or plan to pay, for an activity whose costs you share."""
        money = await _in_our_currency(info, input.money)
        command = EnterCost(
            partner_id=PartnerId(acting_partner(info.context.viewer)),
            activity_id=ActivityId(id_of(info, input.activity)),
            kind=input.kind,
            label=input.label,
            amount=money.minor,
            idempotency_key=input.idempotency_key,
        )
        cost = await activities.enter_cost(info.context, command)
        return ActivityCostPayload(cost=cost)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=AttendanceRecordPayload, extensions=[DOOR, refusals])
    @staticmethod
    async def attendance_record(info: Info, input: AttendanceRecordInput) -> Any:
        """Record who came to an activity that you host; what campaigns give for it comes once."""
        if (input.code is None) == (input.member is None):
            raise InvalidValue("say the member's code, or the member", path=("code",))
        ref = None if input.member is None else input.member.to_ref(info.context)
        came = await activities.record(info.context, id_of(info, input.activity), ref, input.code)
        return AttendanceRecordPayload(came=True, replayed=came.replayed)

    @strawberry.mutation(graphql_type=MyActivityPayload, extensions=[needs(Scope.PROFILE_WRITE), refusals])
    @staticmethod
    async def my_activity_answer(info: Info, input: MyActivityAnswerInput) -> Any:
        """Accept, decline or cancel; where there is no place left, you wait for one."""
        found = await activities.answer(info.context, id_of(info, input.activity), input.answer, input.guests)
        return MyActivityPayload(activity=found)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MyActivityPayload, extensions=[needs(Scope.PROFILE_WRITE), refusals])
    @staticmethod
    async def my_attendance(info: Info, input: MyAttendanceInput) -> Any:
        """Say that you are there, by the code that the host shows at this moment."""
        found, _ = await activities.attend(info.context, id_of(info, input.activity), input.code)
        return MyActivityPayload(activity=found)  # type: ignore[arg-type]


LARGEST_INVITATION = 500


async def _in_our_currency(info: Info, said: MoneyInput) -> values.Money:
    money, currency = said.to_money(), (await coalition.coalition(info.context)).currency
    return values.Money.of_minor(0, currency) + money  # of another currency it is refused


def _done(activity: domain_terms.Activity) -> ActivityPayload:
    return ActivityPayload(activity=activity)  # type: ignore[arg-type]
