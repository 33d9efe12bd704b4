"""Adjustments in money: what one party owes another besides what transfers come to."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.coalition import models as coalition_models
from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.settlement import adjustment_models
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment
from domain.settlement.parties import Party, PartyRole
from partners.scopes import Scope
from resolvers import coalition, money_adjustments
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ)
PREPARE = needs(Scope.SETTLEMENT_PREPARE)


@strawberry.type
@shows(adjustment_models.SettlementAdjustment)
class MoneyAdjustment(Node):
    """An amount one party owes another besides what transfers come to; a line of exactly one cycle."""

    id: strawberry.ID = identified("adjustment_id")
    reason: AdjustmentReason
    """Why."""
    amount: Decimal
    """How much the debtor owes the creditor, in the settlement currency."""
    note: str
    """In words, for both sides."""
    made_at: datetime
    """When it was made."""
    agreed_at: datetime | None
    """From when on it counts; null while a second person has not agreed."""
    withdrawn_at: datetime | None
    """When it was given up."""

    @strawberry.field
    @staticmethod
    def debtor_role(row: strawberry.Parent[adjustment_models.SettlementAdjustment]) -> PartyRole:
        """What the side that owes is."""
        return PartyRole(row.debtor)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def debtor(
        row: strawberry.Parent[adjustment_models.SettlementAdjustment], info: Info
    ) -> coalition_models.Partner | None:
        """Who owes; null for an account of the house."""
        return await coalition.partner_or_none(info.context, row.debtor_id)

    @strawberry.field
    @staticmethod
    def creditor_role(row: strawberry.Parent[adjustment_models.SettlementAdjustment]) -> PartyRole:
        """What the side that is owed is."""
        return PartyRole(row.creditor)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def creditor(
        row: strawberry.Parent[adjustment_models.SettlementAdjustment], info: Info
    ) -> coalition_models.Partner | None:
        """Who is owed; null for an account of the house."""
        return await coalition.partner_or_none(info.context, row.creditor_id)

    @strawberry.field
    @staticmethod
    def adjusts_cycle_id(row: strawberry.Parent[adjustment_models.SettlementAdjustment], info: Info) -> strawberry.ID:
        """The cycle that it puts right."""
        return strawberry.ID(info.context.global_ids.encode("Cycle", row.adjusts_cycle_id))

    @strawberry.field
    @staticmethod
    def cycle_id(row: strawberry.Parent[adjustment_models.SettlementAdjustment], info: Info) -> strawberry.ID | None:
        """The cycle it is a line of; null while it waits for one to be computed."""
        if row.cycle_id is None:
            return None
        return strawberry.ID(info.context.global_ids.encode("Cycle", row.cycle_id))


findable(MoneyAdjustment, money_adjustments.adjustment, READ)


@strawberry.input
class PartyInput:
    """One side of what is owed."""

    role: PartyRole
    """What it is."""
    partner: strawberry.ID | None = None
    """Which partner, where it is one."""

    def to_party(self, info: Info) -> Party:
        """The party. Raises: InvalidValue."""
        if (self.role is PartyRole.PARTNER) != (self.partner is not None):
            raise InvalidValue("name the partner where the role is PARTNER, and only there", path=("partner",))
        partner_id = None if self.partner is None else info.context.global_ids.one("Partner", self.partner)
        return Party(self.role, None if partner_id is None else PartnerId(partner_id))


@strawberry.input
class MoneyAdjustmentMakeInput:
    """An adjustment made by hand."""

    idempotency_key: str
    """Yours; the same key makes it once."""
    reason: AdjustmentReason
    """CORRECTION, LATE or WRITE_OFF."""
    debtor: PartyInput
    """Who owes."""
    creditor: PartyInput
    """Who is owed."""
    amount: Decimal
    """How much, in the settlement currency: above nought, with as many decimals as it has."""
    adjusts_cycle: strawberry.ID
    """The cycle that it puts right; it becomes a line of the next later one that is computed."""
    note: str
    """In words, for both sides; at most 500 characters."""

    def to_command(self, info: Info) -> Adjustment:
        """The adjustment. Raises: InvalidValue."""
        if not self.reason.by_hand:
            raise InvalidValue("by hand the reason is CORRECTION, LATE or WRITE_OFF", path=("reason",))
        return Adjustment(
            reason=self.reason,
            debtor=self.debtor.to_party(info),
            creditor=self.creditor.to_party(info),
            amount=self.amount,
            adjusts_cycle_id=info.context.global_ids.one("Cycle", self.adjusts_cycle),
            note=self.note,
        )


@strawberry.input
class MoneyAdjustmentStepInput:
    """A step of an adjustment."""

    adjustment: strawberry.ID
    """The adjustment."""


@strawberry.type
class MoneyAdjustmentPayload:
    """What became of a step of an adjustment."""

    adjustment: MoneyAdjustment | None = None
    """The adjustment; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


CycleRef = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Those that are lines of this cycle; all, and those that wait, if not said."),
]


@strawberry.type
class MoneyAdjustmentQuery:
    """Adjustments in money."""

    @strawberry.field(graphql_type=list[MoneyAdjustment], extensions=[READ])
    @staticmethod
    async def money_adjustments(info: Info, cycle: CycleRef = None) -> list[adjustment_models.SettlementAdjustment]:
        """The newest 200 adjustments that you are a side of and that count; to the coalition all of them."""
        cycle_id = None if cycle is None else info.context.global_ids.one("Cycle", cycle)
        return await money_adjustments.all_adjustments(info.context, cycle_id)


@strawberry.type
class MoneyAdjustmentMutation:
    """Adjustments by hand."""

    @strawberry.mutation(graphql_type=MoneyAdjustmentPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def money_adjustment_make(info: Info, input: MoneyAdjustmentMakeInput) -> Any:
        """Make an adjustment; it counts once another person agrees."""
        made = await money_adjustments.make(info.context, input.to_command(info), input.idempotency_key)
        return MoneyAdjustmentPayload(adjustment=made)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MoneyAdjustmentPayload, extensions=[needs(Scope.SETTLEMENT_APPROVE), refusals])
    @staticmethod
    async def money_adjustment_agree(info: Info, input: MoneyAdjustmentStepInput) -> Any:
        """Agree to an adjustment, as another person than who made it, just signed in."""
        return MoneyAdjustmentPayload(adjustment=await money_adjustments.agree(info.context, _id(info, input)))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MoneyAdjustmentPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def money_adjustment_withdraw(info: Info, input: MoneyAdjustmentStepInput) -> Any:
        """Give up an adjustment nobody has agreed to."""
        return MoneyAdjustmentPayload(adjustment=await money_adjustments.withdraw(info.context, _id(info, input)))  # type: ignore[arg-type]


def _id(info: Info, input: MoneyAdjustmentStepInput) -> UUID:
    return info.context.global_ids.one("MoneyAdjustment", input.adjustment)
