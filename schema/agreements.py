"""What others have drafted and a partner is asked to agree to, in one list whatever its sort."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.approvals import agreements as domain_agreements
from domain.approvals.agreements import AgreementKind
from domain.coalition import models as coalition_models
from partners.scopes import Scope
from resolvers import agreements, coalition
from resolvers.context import Info
from schema.ids import Node
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_PUBLISH, Scope.REWARDS_WRITE)


@strawberry.type
@shows(domain_agreements.AgreementAsked)
class AgreementAsked:
    """A draft of another partner's that can go live only once you have agreed to its terms."""

    kind: AgreementKind
    """What sort it is, and so by which mutation one agrees."""
    name: str
    """What people call it."""
    starts_at: datetime | None
    """From when on it would hold; null where its sort or its terms name no beginning."""
    ends_at: datetime | None
    """Until when; null for no end."""
    asked_at: datetime
    """When this version was drafted."""

    @strawberry.field
    @staticmethod
    def subject(one: strawberry.Parent[domain_agreements.AgreementAsked], info: Info) -> strawberry.ID:
        """The id of the campaign, reward, coupon, activity or scheme, as the mutation and `node` take it."""
        return strawberry.ID(agreements.subject_of(info.context, one))

    @strawberry.field
    @staticmethod
    def fingerprint(one: strawberry.Parent[domain_agreements.AgreementAsked]) -> str:
        """A digest of its terms in hexadecimal; you agree to it, and to no other terms."""
        return one.fingerprint.hex()

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(
        one: strawberry.Parent[domain_agreements.AgreementAsked], info: Info
    ) -> coalition_models.Partner | None:
        """Who drafted it."""
        return await coalition.partner_or_none(info.context, one.owner_id)


@strawberry.type
class AgreementQuery:
    """What waits for your agreement."""

    @strawberry.field(graphql_type=list[AgreementAsked], extensions=[READ])
    @staticmethod
    async def agreements(info: Info) -> Any:
        """What other partners have drafted and you are asked to agree to, the oldest first; at most 500.

        What you pay a share of, and bonus schemes that count at your tills. Empty for who is no partner.
        """
        return await agreements.all_asked(info.context)

    @strawberry.field(graphql_type=Node | None, extensions=[READ])
    @staticmethod
    async def agreement_before(
        info: Info,
        subject: Annotated[strawberry.ID, strawberry.argument(description="The `subject` of an agreement.")],
    ) -> Any:
        """What the draft would follow: the version that is live, or was last; null where you may see none."""
        return await agreements.former(info.context, subject)
