"""How the coalition settles: its calendar, its deadlines, what is too small to pay."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.settlement import policy_models
from domain.settlement.policy_models import Calendar, PaymentPlan
from partners.scopes import Scope
from resolvers import settlement_policy
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(policy_models.SettlementPolicy)
class SettlementPolicy:
    """The settings of settlement. A change counts for the steps taken from then on, never backwards."""

    calendar: Calendar
    """When cycles are cut off by themselves."""
    calendar_since: datetime | None
    """From when on the calendar counts; it does not reach back."""
    days_to_answer: int
    """How long partners may answer a proposal; silence past it is acceptance."""
    reminder_days: int
    """How long before that partners are reminded."""
    approval_days: int
    """How long an approval may be acted upon."""
    de_minimis: Decimal
    """Balances below it are carried forward."""
    payment_plan: PaymentPlan
    """Between whom payments go."""
    answer_days: int
    """How long a dispute may wait for its answer."""
    escalation_days: int
    """How long its raiser may escalate it after that."""
    decision_days: int
    """How long an escalated dispute may wait for its decision."""
    amount_tolerance: Decimal
    """By how much money a partner's record may differ from the ledger and still match."""
    time_tolerance_minutes: int
    """By how many minutes it may."""
    concentration_share: Decimal
    """The share of all points issued above which one partner carries too much."""
    cover_warning: Decimal
    """Below this reserve cover there is a warning."""
    cover_minimum: Decimal
    """Below this reserve cover unsecured points are refused, if they are to be."""
    refuse_unsecured: bool
    """Whether unsecured points are refused then."""
    changed_at: datetime | None
    """When it was changed last; null while it is as it was founded."""


@strawberry.input
class SettlementPolicyChangeInput:
    """What is to be changed; what is not named stays as it is."""

    calendar: Calendar | None = strawberry.UNSET
    """When cycles are cut off by themselves."""
    days_to_answer: int | None = strawberry.UNSET
    """0 to 90."""
    reminder_days: int | None = strawberry.UNSET
    """0 to 90; none are sent at 0."""
    approval_days: int | None = strawberry.UNSET
    """1 to 90."""
    de_minimis: Decimal | None = strawberry.UNSET
    """Nought or more."""
    payment_plan: PaymentPlan | None = strawberry.UNSET
    """Between whom payments go."""
    answer_days: int | None = strawberry.UNSET
    """1 to 365."""
    escalation_days: int | None = strawberry.UNSET
    """1 to 365."""
    decision_days: int | None = strawberry.UNSET
    """1 to 365."""
    amount_tolerance: Decimal | None = strawberry.UNSET
    """Nought or more."""
    time_tolerance_minutes: int | None = strawberry.UNSET
    """0 to 525600, a year."""
    concentration_share: Decimal | None = strawberry.UNSET
    """Above 0, at most 1."""
    cover_warning: Decimal | None = strawberry.UNSET
    """At the minimum or above it."""
    cover_minimum: Decimal | None = strawberry.UNSET
    """Nought or more."""
    refuse_unsecured: bool | None = strawberry.UNSET
    """Whether unsecured points are refused below the minimum cover."""


@strawberry.type
class SettlementPolicyPayload:
    """What became of a change of the settings."""

    policy: SettlementPolicy | None = None
    """The settings; null when the change was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class SettlementPolicyQuery:
    """The settings of settlement."""

    @strawberry.field(graphql_type=SettlementPolicy, extensions=[needs(Scope.SETTLEMENT_READ)])
    @staticmethod
    async def settlement_policy(info: Info) -> policy_models.SettlementPolicy:
        """How the coalition settles."""
        return await settlement_policy.policy_of(info.context)


@strawberry.type
class SettlementPolicyMutation:
    """Changes of the settings."""

    @strawberry.mutation(graphql_type=SettlementPolicyPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def settlement_policy_change(info: Info, input: SettlementPolicyChangeInput) -> Any:
        """Change how the coalition settles, for the steps taken from now on."""
        changes = {name: value for name, value in vars(input).items() if value is not None}
        named = {name: value for name, value in changes.items() if value is not strawberry.UNSET}
        return SettlementPolicyPayload(policy=await settlement_policy.change(info.context, named))  # type: ignore[arg-type]
