"""What one person asked for and a second has to agree to, in one list."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.approvals import waiting
from domain.approvals.waiting import ApprovalKind
from domain.coalition import models as coalition_models
from domain.settlement import models as settlement_models
from partners.scopes import Scope
from resolvers import approvals, coalition, people, settlement
from resolvers.context import Info
from schema.cycles import Cycle
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ, Scope.PARTNERS_MANAGE, Scope.RECONCILIATION_WRITE)


@strawberry.type
@shows(waiting.Approval)
class Approval:
    """Something that one person asked for; it counts once a second agrees."""

    kind: ApprovalKind
    """What is to be agreed to, and so by which mutation."""
    asked_at: datetime
    """When it was asked for."""
    due_at: datetime | None
    """Until when it is wanted; null where nothing hangs on a day."""
    amount: Decimal | None
    """What it is about in the settlement currency; null where it is not an amount."""
    note: str | None
    """In the words of who asked, or the code of what is asked for."""

    @strawberry.field
    @staticmethod
    def subject(one: strawberry.Parent[waiting.Approval], info: Info) -> strawberry.ID:
        """The id that the mutation takes.

        Of a cycle, contract, change of account, entry, payment, credit, adjustment, set-aside, pack, movement,
        exception; for a refund or a remainder of the partner.
        """
        return strawberry.ID(approvals.subject_of(info.context, one))

    @strawberry.field
    @staticmethod
    async def asked_by(one: strawberry.Parent[waiting.Approval], info: Info) -> str | None:
        """Who asked, where the name is yours to see; null for the command line."""
        person = await people.person_or_none(info.context, one.asked_by)
        return person.name if person is not None else None

    @strawberry.field
    @staticmethod
    def by_me(one: strawberry.Parent[waiting.Approval], info: Info) -> bool:
        """Whether you asked, so that somebody else has to agree."""
        return one.asked_by is not None and one.asked_by == info.context.viewer.person_id

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(one: strawberry.Parent[waiting.Approval], info: Info) -> coalition_models.Partner | None:
        """Whom it is about; null where it is about nobody, or the operator."""
        return await coalition.partner_or_none(info.context, one.partner_id)

    @strawberry.field(graphql_type=Cycle | None)
    @staticmethod
    async def cycle(one: strawberry.Parent[waiting.Approval], info: Info) -> settlement_models.Cycle | None:
        """Which cycle it is about; null where it is about none."""
        return None if one.cycle_id is None else await settlement.cycle(info.context, one.cycle_id)


@strawberry.type
class ApprovalQuery:
    """What waits for a second person."""

    @strawberry.field(graphql_type=list[Approval], extensions=[READ])
    @staticmethod
    async def approvals(info: Info) -> Any:
        """Everything that waits for a second person and that you may see, the nearest deadline first; at most 500.

        To a partner its contracts and accounts, and what its own people propose about its files.
        """
        return await approvals.all_waiting(info.context)
