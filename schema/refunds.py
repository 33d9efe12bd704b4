"""What is left of prepaid packs is given back to a partner that leaves them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.coalition import models as coalition_models
from domain.settlement.prepaid import models as prepaid_models
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, prepaid
from resolvers.context import Info
from schema.allowances import PREPARE, READ, PartnerRef
from schema.errors import UserError, refusals
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(prepaid_models.PrepaidRefund)
class PrepaidRefund:
    """What is left of packs is given back to a partner that leaves them."""

    note: str
    """Why."""
    asked_at: datetime
    """When one person asked for it."""
    agreed_at: datetime | None
    """When another agreed; null while it waits for one."""
    points: Points | None
    """The points that were left then; the statement of the cycle gives back what they had cost."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(refund: strawberry.Parent[prepaid_models.PrepaidRefund], info: Info) -> coalition_models.Partner:
        """Whose packs they were."""
        return await coalition.partner(info.context, refund.partner_id)


@strawberry.input
class PrepaidRefundAskInput:
    """What is left of a partner's packs is to be given back."""

    partner: strawberry.ID
    """The partner: it has left prepaid packs, or is on its way out."""
    note: str
    """Why, in words; at most 500 characters."""


@strawberry.input
class PrepaidRefundAgreeInput:
    """A second person agrees to it."""

    partner: strawberry.ID
    """The partner."""


@strawberry.type
class PrepaidRefundPayload:
    """What became of a step to give packs back."""

    refund: PrepaidRefund | None = None
    """What is given back; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class RefundQuery:
    """What is given back of packs."""

    @strawberry.field(graphql_type=list[PrepaidRefund], extensions=[READ])
    @staticmethod
    async def prepaid_refunds(info: Info, partner: PartnerRef = None) -> list[prepaid_models.PrepaidRefund]:
        """What was given back of packs, or is asked for, as far as you may see it, the newest first."""
        whose = None if partner is None else info.context.global_ids.one("Partner", partner)
        return await prepaid.refunds(info.context, whose)


@strawberry.type
class RefundMutation:
    """Two persons give back what is left of packs."""

    @strawberry.mutation(graphql_type=PrepaidRefundPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def prepaid_refund_ask(info: Info, input: PrepaidRefundAskInput) -> Any:
        """Ask for what is left of a partner's packs to be given back; it counts once another person agrees."""
        whose = info.context.global_ids.one("Partner", input.partner)
        return PrepaidRefundPayload(refund=await prepaid.ask_refund(info.context, whose, input.note))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=PrepaidRefundPayload, extensions=[needs(Scope.SETTLEMENT_APPROVE), refusals])
    @staticmethod
    async def prepaid_refund_agree(info: Info, input: PrepaidRefundAgreeInput) -> Any:
        """Agree to it, as another person who has just signed in: the points are taken back, the next statement pays."""
        whose = info.context.global_ids.one("Partner", input.partner)
        return PrepaidRefundPayload(refund=await prepaid.agree_to_refund(info.context, whose))  # type: ignore[arg-type]
