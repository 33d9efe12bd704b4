"""Partners that fail: the cycle is settled without them, and what they owed and were owed is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.coalition import models as coalition_models
from domain.settlement import failure_models
from domain.settlement.failure_models import Fate
from partners.scopes import Scope
from resolvers import coalition, set_asides
from resolvers.context import Info
from schema.errors import UserError, refusals
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

PREPARE = needs(Scope.SETTLEMENT_PREPARE)


@strawberry.type
@shows(failure_models.SetAside)
class SetAside:
    """A partner's failure to settle a cycle, and what became of it."""

    @strawberry.field
    @staticmethod
    def id(row: strawberry.Parent[failure_models.SetAside], info: Info) -> strawberry.ID:
        """Names it when a second person agrees."""
        return strawberry.ID(info.context.global_ids.encode("SetAside", row.set_aside_id))

    fate: Fate | None
    """What two people agreed on last; null while nobody has agreed to anything."""
    asked: Fate | None
    """What one person asks for, and no second has agreed to yet."""
    reason: str
    """Why, in the words of whoever asked last."""
    asked_at: datetime
    """When that was."""
    agreed_at: datetime | None
    """When a second person agreed last."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(row: strawberry.Parent[failure_models.SetAside], info: Info) -> coalition_models.Partner | None:
        """Who failed."""
        return await coalition.partner_or_none(info.context, row.partner_id)


@strawberry.input
class CyclePartnerInput:
    """What is asked for about a partner in a cycle."""

    cycle: strawberry.ID
    """The cycle."""
    partner: strawberry.ID
    """The partner."""
    reason: str
    """Why; it stays on record. At most 500 characters."""


@strawberry.input
class SetAsideAgreeInput:
    """What is agreed to."""

    set_aside: strawberry.ID
    """What somebody else asked for."""


@strawberry.type
class SetAsidePayload:
    """What became of a step about a failed partner."""

    set_aside: SetAside | None = None
    """Where it stands; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class SetAsideMutation:
    """A partner fails, recovers, or does not."""

    @strawberry.mutation(graphql_type=SetAsidePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_partner_set_aside(info: Info, input: CyclePartnerInput) -> Any:
        """Ask for a cycle to be settled without a partner; it is computed again once another person agrees."""
        return await _asked(info, input, Fate.SET_ASIDE)

    @strawberry.mutation(graphql_type=SetAsidePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_partner_take_back(info: Info, input: CyclePartnerInput) -> Any:
        """Ask for what was set aside to be owed again: in the same cycle, or once money has moved in the next."""
        return await _asked(info, input, Fate.TAKEN_BACK)

    @strawberry.mutation(graphql_type=SetAsidePayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def cycle_partner_write_off(info: Info, input: CyclePartnerInput) -> Any:
        """Ask for the operator to make good, in the next cycle, what was set aside; the loss is the operator's."""
        return await _asked(info, input, Fate.WRITTEN_OFF)

    @strawberry.mutation(graphql_type=SetAsidePayload, extensions=[needs(Scope.SETTLEMENT_APPROVE), refusals])
    @staticmethod
    async def set_aside_agree(info: Info, input: SetAsideAgreeInput) -> Any:
        """Agree to what is asked for, as another person than who asked, just signed in; it is done at once."""
        set_aside_id = info.context.global_ids.one("SetAside", input.set_aside)
        return SetAsidePayload(set_aside=await set_asides.agree(info.context, set_aside_id))  # type: ignore[arg-type]


async def _asked(info: Info, input: CyclePartnerInput, fate: Fate) -> SetAsidePayload:
    ids = info.context.global_ids
    cycle_id, partner_id = ids.one("Cycle", input.cycle), ids.one("Partner", input.partner)
    asked = await set_asides.ask(info.context, cycle_id, partner_id, fate, input.reason)
    return SetAsidePayload(set_aside=asked)  # type: ignore[arg-type]
