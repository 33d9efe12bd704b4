"""Trade-in schemes: their way from draft to end, and who agrees to pay."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.errors import InvalidValue
from domain.paging import Page, PageRequest
from domain.trade_ins import terms as domain_terms
from domain.trade_ins.terms import SchemeState
from partners.scopes import Scope
from resolvers import coalition, trade_ins
from resolvers.context import Info
from schema.campaign_shapes import partners_of
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows
from schema.trade_in_terms import TradeInTerms, TradeInTermsInput

READ = needs(Scope.CAMPAIGNS_READ, Scope.PURCHASES_WRITE)
WRITE = needs(Scope.CAMPAIGNS_WRITE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH)


@strawberry.type
@shows(domain_terms.Scheme)
class TradeInScheme(Node):
    """The latest version of a scheme; a version that has been live never changes."""

    id: strawberry.ID = identified("scheme_id")
    version: int
    """Counts from one; items are valued by the version they were handed in under."""
    state: SchemeState
    """Where the version stands."""
    terms: TradeInTerms
    """What it takes, what that is worth and who pays."""
    live_from: datetime | None
    """Since when this version holds."""
    live_until: datetime | None
    """When it was paused, ended or followed by the next version."""

    @strawberry.field
    @staticmethod
    def fingerprint(scheme: strawberry.Parent[domain_terms.Scheme]) -> str:
        """A digest of its terms in hexadecimal; a sponsor agrees to it, and to no other terms."""
        return scheme.terms.fingerprint().hex()

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(scheme: strawberry.Parent[domain_terms.Scheme], info: Info) -> coalition_models.Partner:
        """Whose scheme it is."""
        return await coalition.partner(info.context, scheme.partner_id)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def awaiting(scheme: strawberry.Parent[domain_terms.Scheme], info: Info) -> list[coalition_models.Partner]:
        """Sponsors that have not agreed to these terms yet, for its owner and sponsors; empty for others."""
        return await partners_of(info, frozenset(await trade_ins.awaiting(info.context, scheme)))


findable(TradeInScheme, trade_ins.find_scheme, READ)


@strawberry.type
class TradeInSchemePayload:
    """What became of a step of a scheme."""

    scheme: TradeInScheme | None = None
    """The scheme; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class TradeInSchemeDraftInput:
    """A new scheme."""

    terms: TradeInTermsInput
    """What it promises and who pays."""


@strawberry.input
class TradeInSchemeChangeInput:
    """A change of a scheme."""

    scheme: strawberry.ID
    """The scheme."""
    terms: TradeInTermsInput
    """All its terms, as they shall be."""


@strawberry.input
class TradeInSchemeAgreeInput:
    """A sponsor's agreement."""

    scheme: strawberry.ID
    """The scheme."""
    fingerprint: str
    """The `fingerprint` of the terms you have read."""

    def digest(self) -> bytes:
        """As the domain takes it. Raises: InvalidValue."""
        try:
            return bytes.fromhex(self.fingerprint)
        except ValueError:
            raise InvalidValue("a fingerprint is hexadecimal, as the scheme shows it", path=("fingerprint",)) from None


@strawberry.input
class TradeInSchemeStepInput:
    """A step of a scheme."""

    scheme: strawberry.ID
    """The scheme."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The scheme's id.")]
States = Annotated[
    list[SchemeState] | None, strawberry.argument(description="Only versions in these states; all if not said.")
]


@strawberry.type
class TradeInSchemeQuery:
    """Trade-in schemes."""

    @strawberry.field(graphql_type=Connection[TradeInScheme], extensions=[READ, paged()])
    @staticmethod
    async def trade_in_schemes(info: Info, page: PageRequest, states: States = None) -> Page[domain_terms.Scheme]:
        """The schemes that you own, pay for or take items by, newest first."""
        return await trade_ins.schemes(info.context, page, states or [])

    @strawberry.field(graphql_type=TradeInScheme | None, extensions=[READ, or_null])
    @staticmethod
    async def trade_in_scheme(info: Info, id: Id) -> domain_terms.Scheme:
        """One scheme; null when there is none that you may see."""
        return await trade_ins.find_scheme(info.context, info.context.global_ids.one("TradeInScheme", id))


@strawberry.type
class TradeInSchemeMutation:
    """Schemes begin, change and end."""

    @strawberry.mutation(graphql_type=TradeInSchemePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def trade_in_scheme_draft(info: Info, input: TradeInSchemeDraftInput) -> Any:
        """Write a new scheme of yours."""
        return _done(await trade_ins.draft(info.context, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=TradeInSchemePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def trade_in_scheme_change(info: Info, input: TradeInSchemeChangeInput) -> Any:
        """Change a draft; where the scheme has been live, the change is the draft of its next version."""
        return _done(await trade_ins.change(info.context, _id(info, input.scheme), await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=TradeInSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trade_in_scheme_agree(info: Info, input: TradeInSchemeAgreeInput) -> Any:
        """Agree, as a sponsor, to exactly these terms."""
        return _done(await trade_ins.agree(info.context, _id(info, input.scheme), input.digest()))

    @strawberry.mutation(graphql_type=TradeInSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trade_in_scheme_publish(info: Info, input: TradeInSchemeStepInput) -> Any:
        """Let items be taken by it; a version that was live is followed by it."""
        return _done(await trade_ins.publish(info.context, _id(info, input.scheme)))

    @strawberry.mutation(graphql_type=TradeInSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trade_in_scheme_pause(info: Info, input: TradeInSchemeStepInput) -> Any:
        """Take no items for now; what is consigned is still sold."""
        return _done(await trade_ins.pause(info.context, _id(info, input.scheme)))

    @strawberry.mutation(graphql_type=TradeInSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trade_in_scheme_resume(info: Info, input: TradeInSchemeStepInput) -> Any:
        """Go on under the same terms, as the next version."""
        return _done(await trade_ins.resume(info.context, _id(info, input.scheme)))

    @strawberry.mutation(graphql_type=TradeInSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def trade_in_scheme_end(info: Info, input: TradeInSchemeStepInput) -> Any:
        """Take no items any more; what is consigned is still sold, and credited."""
        return _done(await trade_ins.end(info.context, _id(info, input.scheme)))


def _id(info: Info, text: str) -> Any:
    return info.context.global_ids.one("TradeInScheme", text)


async def _terms(info: Info, terms: TradeInTermsInput) -> domain_terms.SchemeTerms:
    return terms.to_terms(info.context, (await coalition.coalition(info.context)).currency)


def _done(scheme: domain_terms.Scheme) -> TradeInSchemePayload:
    return TradeInSchemePayload(scheme=scheme)  # type: ignore[arg-type]
