"""Actions: what members do besides buying, what it earned, and the types of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.earning import action_commands, action_types
from domain.earning.action_commands import RecordAction
from domain.earning.action_types import ActionField as DomainActionField
from domain.earning.action_types import FieldKind
from domain.earning.actions import Attribute
from domain.earning.errors import InvalidAction
from domain.errors import DomainError, InvalidValue
from domain.ids import PartnerId
from domain.values import Points
from partners.scopes import Scope
from resolvers import actions, purchases
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.awards import Award, AwardCut, WonToken
from schema.errors import UserError, or_null, refusals, shown
from schema.ids import Node, identified
from schema.members import Member, MemberRefInput
from schema.nodes import findable
from schema.permissions import needs
from schema.previews import NoAward, no_award
from schema.purchases import LARGEST_BULK, left_over
from schema.scalars import IdempotencyKey
from schema.shape import shows
from schema.wallets import Afterwards

READ = needs(Scope.PURCHASES_READ, Scope.PURCHASES_WRITE)
WRITE = needs(Scope.PURCHASES_WRITE)
TYPES = needs(Scope.CAMPAIGNS_READ, Scope.PURCHASES_WRITE)
DEFINE = needs(Scope.CAMPAIGNS_WRITE)


@strawberry.type
@shows(action_commands.ActionReceipt)
class Action(Node):
    """Something that a member did besides buying, or a day that came round; and what it earned."""

    id: strawberry.ID = identified("wallet_id", "entry_id")
    kind: str
    """Its type."""
    occurred_at: datetime
    """When it happened."""
    points: Points
    """All the points it earned."""
    awards: list[Award]
    """What it earned, campaign by campaign."""
    cuts: list[AwardCut]
    """What of its awards fell away, since a budget is used up or a sponsor can fund no more points now."""
    tokens: list[WonToken]
    """Things it won that are no points."""
    member: Member | None
    """Whose it is; null where the member was named in a way that no longer holds."""

    @strawberry.field
    @staticmethod
    def missed(action: strawberry.Parent[action_commands.ActionReceipt]) -> list[NoAward]:
        """Campaigns that gave nothing for it, and what is missing; empty when it is read again."""
        return [no_award(one, action.currency) for one in action.refusals]


@strawberry.type
@shows(action_types.ActionField)
class ActionField:
    """What an action of some type carries."""

    name: str
    """Conditions of campaigns call it action.name."""
    kind: FieldKind
    """What it holds."""
    required: bool
    """Whether every action of the type carries it."""


@strawberry.type
@shows(action_types.ActionType)
class ActionType:
    """A type of actions that you may record."""

    name: str
    """What campaigns and records call it."""
    fields: list[ActionField]
    """What its actions carry."""
    own: bool
    """Whether it is yours; the others are everybody's."""


@strawberry.input
class ActionFieldInput:
    """What an action of a type shall carry."""

    name: str
    """Small letters, digits and underscores; not type and not channel."""
    kind: FieldKind
    """What it holds."""
    required: bool = False
    """Whether every action of the type carries it."""


@strawberry.input
class ActionAttributeInput:
    """What an action says: a field of its type, and one of the four values, by the field's kind."""

    name: str
    """The field's name."""
    text: str | None = None
    """At most 200 printable characters."""
    whole: int | None = None
    """A whole number."""
    yes_no: bool | None = None
    """True for yes."""
    time: datetime | None = None
    """With an offset."""

    def value(self) -> Attribute:
        """The one that is there. Raises: InvalidAction."""
        there: list[Attribute] = [one for one in (self.text, self.whole, self.yes_no, self.time) if one is not None]
        if len(there) != 1:
            raise InvalidAction("say one of text, whole, yesNo and time", path=("attributes", self.name))
        return there[0]


@strawberry.input
class ActionRecordInput:
    """Something that a member did."""

    kind: str
    """Its type: VISIT, REVIEW or another that everybody knows, or one of your own; actionTypes names them."""
    member: MemberRefInput
    """Who did it."""
    idempotency_key: IdempotencyKey
    """Yours for this action; the same on every retry."""
    attributes: list[ActionAttributeInput] = strawberry.field(default_factory=list)
    """What its type's fields say, each once."""
    occurred_at: datetime | None = None
    """When; now if not said."""
    outlet_code: str | None = None
    """Your code of the shop, if it was at one; not needed by a till that is bound to one."""
    channel: str | None = None
    """Such as STORE, WEB or APP."""
    staff: str | None = None
    """Your reference for who served."""
    reference: str | None = None
    """Your own number of it."""

    def to_command(self, ctx: Context) -> RecordAction:
        """As the domain takes it. Raises: InvalidAction, InvalidValue."""
        said = {attribute.name: attribute.value() for attribute in self.attributes}
        if len(said) < len(self.attributes):
            raise InvalidAction("each field is said once", path=("attributes",))
        return RecordAction(
            partner_id=PartnerId(acting_partner(ctx.viewer)),
            member=self.member.to_ref(ctx),
            kind=self.kind,
            idempotency_key=self.idempotency_key,
            occurred_at=self.occurred_at or ctx.now,
            dated=self.occurred_at is not None,
            attributes=said,
            outlet_id=purchases.own_outlet(ctx, self.outlet_code),
            outlet_code=self.outlet_code,
            channel=self.channel,
            staff=self.staff,
            reference=self.reference,
        )


@strawberry.input
class ActionsRecordInput:
    """Many actions at once, under the same rules as one."""

    actions: list[ActionRecordInput]
    """At most 500; each is recorded or refused on its own."""


@strawberry.input
class ActionTypeDefineInput:
    """A type of actions of your own."""

    name: str
    """Capital letters, digits and underscores, such as TEST_DRIVE; none that everybody knows."""
    fields: list[ActionFieldInput] = strawberry.field(default_factory=list)
    """What its actions carry, at most 20; it never changes while the type is in use."""


@strawberry.input
class ActionTypeRetireInput:
    """A type of your own that shall be recorded no more."""

    name: str
    """Which."""


@strawberry.type
class ActionPayload(Afterwards):
    """What became of an action."""

    action: Action | None = None
    """The action; null when it was refused."""
    replayed: bool = False
    """Whether an earlier request with the same key had recorded it."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was recorded."""


@strawberry.type
class ActionsPayload:
    """What became of many actions."""

    results: list[ActionPayload] = strawberry.field(default_factory=list)
    """A result for each, in their order."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why none of them was looked at; empty when each has its own result."""


@strawberry.type
class ActionTypePayload:
    """What became of a type of actions."""

    action_type: ActionType | None = None
    """The type; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


def _payload(answer: action_commands.ActionReceipt | DomainError) -> ActionPayload:
    if isinstance(answer, DomainError):
        return ActionPayload(user_errors=[shown(answer)])
    return ActionPayload(
        action=answer,  # type: ignore[arg-type]
        left=left_over(answer.wallet_id, answer.counters),
        replayed=answer.replayed,
    )


findable(Action, actions.find, READ)

Id = Annotated[strawberry.ID, strawberry.argument(description="The action's id.")]


@strawberry.type
class ActionQuery:
    """Actions."""

    @strawberry.field(graphql_type=Action | None, extensions=[READ, or_null])
    @staticmethod
    async def action(info: Info, id: Id) -> action_commands.ActionReceipt:
        """One of the actions you recorded; null when there is none with this id."""
        return await actions.find(info.context, *info.context.global_ids.pair("Action", id))

    @strawberry.field(graphql_type=list[ActionType], extensions=[TYPES])
    @staticmethod
    async def action_types(info: Info) -> list[action_types.ActionType]:
        """The types of actions that you may record: everybody's, then your own."""
        return await actions.types(info.context)


@strawberry.type
class ActionMutation:
    """Actions are recorded."""

    @strawberry.mutation(graphql_type=ActionPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def action_record(info: Info, input: ActionRecordInput) -> Any:
        """Record an action; what campaigns give for it the member has at once, or after they let it go."""
        return _payload(await actions.record(info.context, input.to_command(info.context)))

    @strawberry.mutation(graphql_type=ActionsPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def actions_record(info: Info, input: ActionsRecordInput) -> Any:
        """Record many actions, each with its own result."""
        if len(input.actions) > LARGEST_BULK:
            raise InvalidValue(f"at most {LARGEST_BULK} actions at once", path=("actions",))
        return ActionsPayload(results=await _recorded(info.context, input.actions))

    @strawberry.mutation(graphql_type=ActionTypePayload, extensions=[DEFINE, refusals])
    @staticmethod
    async def action_type_define(info: Info, input: ActionTypeDefineInput) -> Any:
        """Define a type of actions of your own; campaigns can answer it from then on."""
        fields = [DomainActionField(one.name, one.kind, one.required) for one in input.fields]
        return ActionTypePayload(action_type=await actions.define(info.context, input.name, fields))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ActionTypePayload, extensions=[DEFINE, refusals])
    @staticmethod
    async def action_type_retire(info: Info, input: ActionTypeRetireInput) -> Any:
        """Record a type of your own no more; what was recorded under it stays."""
        return ActionTypePayload(action_type=await actions.retire(info.context, input.name))  # type: ignore[arg-type]


async def _recorded(ctx: Context, wanted: list[ActionRecordInput]) -> list[ActionPayload]:
    """A result for each; what is malformed is refused alone and stops none of the others."""
    results: dict[int, ActionPayload] = {}
    sound: dict[int, RecordAction] = {}
    for place, one in enumerate(wanted):
        try:
            sound[place] = one.to_command(ctx)
        except DomainError as refused:
            results[place] = _payload(refused.at("actions", str(place)))
    answers = await actions.record_many(ctx, list(sound.values()))
    results |= {place: _payload(answer) for place, answer in zip(sound, answers, strict=True)}
    return [results[place] for place in range(len(wanted))]
