"""Coupons: what vouchers promise, who pays, their codes, and their way from draft to end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.earning import when
from domain.errors import InvalidValue
from domain.paging import Page, PageRequest
from domain.vouchers import queries
from domain.vouchers import terms as domain_terms
from domain.vouchers.terms import Codes, CouponState, Together
from partners.scopes import Scope
from resolvers import coalition, coupons
from resolvers.context import Info
from schema.campaign_shapes import CampaignHours, outlets_of, partners_of
from schema.connections import Connection, paged
from schema.coupon_shapes import CouponCounts, CouponLines, CouponSponsor, CouponTakes
from schema.coupon_terms import CouponTermsInput
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.money import Money
from schema.nodes import findable
from schema.partners import Outlet, Partner
from schema.permissions import needs
from schema.reward_shapes import money_of
from schema.shape import shows

READ = needs(Scope.REWARDS_READ)
WRITE = needs(Scope.REWARDS_WRITE)


@strawberry.type
@shows(domain_terms.Coupon)
class Coupon(Node):
    """The latest version of a coupon; a version that has been live never changes."""

    id: strawberry.ID = identified("coupon_id")
    version: int
    """Counts from one; vouchers keep the version they were given under."""
    state: CouponState
    """Where the version stands."""
    live_from: datetime | None
    """Since when this version holds."""
    live_until: datetime | None
    """When it was paused, ended or followed by the next version."""

    @strawberry.field
    @staticmethod
    def name(coupon: strawberry.Parent[domain_terms.Coupon]) -> str:
        """What people call it."""
        return coupon.terms.name

    @strawberry.field(graphql_type=CouponTakes)
    @staticmethod
    def takes(coupon: strawberry.Parent[domain_terms.Coupon]) -> domain_terms.TakesOff:
        """What it takes off."""
        return coupon.terms.takes

    @strawberry.field(graphql_type=CouponLines | None)
    @staticmethod
    def lines(coupon: strawberry.Parent[domain_terms.Coupon]) -> domain_terms.Articles | None:
        """For which lines; null: for all."""
        return coupon.terms.lines

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def least(coupon: strawberry.Parent[domain_terms.Coupon], info: Info) -> values.Money | None:
        """What the lines it is for have to come to."""
        return await money_of(info, coupon.terms.least)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(coupon: strawberry.Parent[domain_terms.Coupon], info: Info) -> list[coalition_models.Partner]:
        """Who takes it."""
        return await partners_of(info, coupon.terms.partners)

    @strawberry.field(graphql_type=list[Outlet])
    @staticmethod
    async def outlets(coupon: strawberry.Parent[domain_terms.Coupon], info: Info) -> list[coalition_models.Outlet]:
        """Only at these outlets; empty: at all of them."""
        return await outlets_of(info, coupon.terms.outlets)

    @strawberry.field
    @staticmethod
    def starts_at(coupon: strawberry.Parent[domain_terms.Coupon]) -> datetime | None:
        """From when it can be used."""
        return coupon.terms.starts_at

    @strawberry.field
    @staticmethod
    def ends_at(coupon: strawberry.Parent[domain_terms.Coupon]) -> datetime | None:
        """Until when, whenever it was given."""
        return coupon.terms.ends_at

    @strawberry.field
    @staticmethod
    def days(coupon: strawberry.Parent[domain_terms.Coupon]) -> int | None:
        """How many days a voucher can be used."""
        return coupon.terms.days

    @strawberry.field
    @staticmethod
    def weekdays(coupon: strawberry.Parent[domain_terms.Coupon]) -> list[int]:
        """1 for Monday to 7 for Sunday; empty: every day."""
        return sorted(coupon.terms.weekdays)

    @strawberry.field(graphql_type=list[CampaignHours])
    @staticmethod
    def hours(coupon: strawberry.Parent[domain_terms.Coupon]) -> list[when.Hours]:
        """Only in these hours of the day; empty: at any."""
        return [when.Hours(start=one.start, end=one.end) for one in coupon.terms.hours]

    @strawberry.field
    @staticmethod
    def segmented(coupon: strawberry.Parent[domain_terms.Coupon]) -> bool:
        """Whether segments of its owner say who may use it, and who may not."""
        return bool(coupon.terms.segments or coupon.terms.not_segments)

    @strawberry.field
    @staticmethod
    def tiers(coupon: strawberry.Parent[domain_terms.Coupon]) -> list[str]:
        """Only members of one of these tiers; empty: everyone."""
        return sorted(coupon.terms.tiers)

    @strawberry.field
    @staticmethod
    def codes(coupon: strawberry.Parent[domain_terms.Coupon]) -> Codes:
        """Where its codes come from."""
        return coupon.terms.codes

    @strawberry.field
    @staticmethod
    def word(coupon: strawberry.Parent[domain_terms.Coupon]) -> str | None:
        """The one word of PUBLIC codes."""
        return coupon.terms.word

    @strawberry.field
    @staticmethod
    def uses(coupon: strawberry.Parent[domain_terms.Coupon]) -> int:
        """How often one voucher can be used; PUBLIC: how often each member may."""
        return coupon.terms.uses

    @strawberry.field
    @staticmethod
    def uses_in_all(coupon: strawberry.Parent[domain_terms.Coupon], info: Info) -> int | None:
        """How often all together may, for its owner and sponsors; null for others, and without a bound."""
        return coupon.terms.uses_in_all if coupons.concerns(info.context, coupon) else None

    @strawberry.field
    @staticmethod
    def together(coupon: strawberry.Parent[domain_terms.Coupon]) -> Together:
        """With which others it may be used in one basket."""
        return coupon.terms.together

    @strawberry.field
    @staticmethod
    def transferable(coupon: strawberry.Parent[domain_terms.Coupon]) -> bool:
        """Whether whoever shows the code may use it."""
        return coupon.terms.transferable

    @strawberry.field(graphql_type=list[CouponSponsor])
    @staticmethod
    def sponsors(coupon: strawberry.Parent[domain_terms.Coupon]) -> list[domain_terms.Paid]:
        """Who pays; what nobody pays, whoever takes it bears."""
        return list(coupon.terms.sponsors)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def awaiting(coupon: strawberry.Parent[domain_terms.Coupon], info: Info) -> list[coalition_models.Partner]:
        """Sponsors that have not agreed to these terms yet, for its owner and sponsors; empty for others."""
        return await partners_of(info, frozenset(await coupons.awaiting(info.context, coupon)))

    @strawberry.field(graphql_type=CouponCounts | None)
    @staticmethod
    async def counts(coupon: strawberry.Parent[domain_terms.Coupon], info: Info) -> queries.Counts | None:
        """What became of its vouchers, for its owner; null for others."""
        return await coupons.counts(info.context, coupon)

    @strawberry.field
    @staticmethod
    def fingerprint(coupon: strawberry.Parent[domain_terms.Coupon]) -> str:
        """A digest of its terms in hexadecimal; a sponsor agrees to it, and to no other terms."""
        return coupon.terms.fingerprint().hex()

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(coupon: strawberry.Parent[domain_terms.Coupon], info: Info) -> coalition_models.Partner:
        """Whose coupon it is."""
        return await coalition.partner(info.context, coupon.partner_id)


findable(Coupon, coupons.find, READ)


@strawberry.type
class CouponPayload:
    """What became of a step of a coupon."""

    coupon: Coupon | None = None
    """The coupon; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class CouponDraftInput:
    """A new coupon."""

    terms: CouponTermsInput
    """What it promises and who pays."""


@strawberry.input
class CouponChangeInput:
    """A change of a coupon."""

    coupon: strawberry.ID
    """The coupon."""
    terms: CouponTermsInput
    """All its terms, as they shall be."""


@strawberry.input
class CouponAgreeInput:
    """A sponsor's agreement."""

    coupon: strawberry.ID
    """The coupon."""
    fingerprint: str
    """The `fingerprint` of the terms you have read."""

    def digest(self) -> bytes:
        """As the domain takes it. Raises: InvalidValue."""
        try:
            return bytes.fromhex(self.fingerprint)
        except ValueError:
            raise InvalidValue("a fingerprint is hexadecimal, as the coupon shows it", path=("fingerprint",)) from None


@strawberry.input
class CouponStepInput:
    """A step of a coupon."""

    coupon: strawberry.ID
    """The coupon."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The coupon's id.")]
States = Annotated[
    list[CouponState] | None, strawberry.argument(description="Only versions in these states; all if not said.")
]


@strawberry.type
class CouponQuery:
    """Coupons."""

    @strawberry.field(graphql_type=Connection[Coupon], extensions=[READ, paged()])
    @staticmethod
    async def partner_coupons(info: Info, page: PageRequest, states: States = None) -> Page[domain_terms.Coupon]:
        """The coupons that you own, pay for or take, newest first."""
        return await coupons.of_partner(info.context, page, states or [])

    @strawberry.field(graphql_type=Coupon | None, extensions=[READ, or_null])
    @staticmethod
    async def coupon(info: Info, id: Id) -> domain_terms.Coupon:
        """One coupon; null when there is none that you may see."""
        return await coupons.find(info.context, info.context.global_ids.one("Coupon", id))


@strawberry.type
class CouponMutation:
    """Coupons begin, change and end."""

    @strawberry.mutation(graphql_type=CouponPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_draft(info: Info, input: CouponDraftInput) -> Any:
        """Write a new coupon of yours."""
        return _done(await coupons.draft(info.context, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=CouponPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_change(info: Info, input: CouponChangeInput) -> Any:
        """Change a draft; where the coupon has been live, the change is the draft of its next version."""
        return _done(await coupons.change(info.context, _id(info, input.coupon), await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=CouponPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_agree(info: Info, input: CouponAgreeInput) -> Any:
        """Agree, as a sponsor, to exactly these terms."""
        return _done(await coupons.agree(info.context, _id(info, input.coupon), input.digest()))

    @strawberry.mutation(graphql_type=CouponPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_publish(info: Info, input: CouponStepInput) -> Any:
        """Let its vouchers be given and taken; a version that was live is followed by it."""
        return _done(await coupons.publish(info.context, _id(info, input.coupon)))

    @strawberry.mutation(graphql_type=CouponPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_pause(info: Info, input: CouponStepInput) -> Any:
        """Give no vouchers for now, and take none."""
        return _done(await coupons.pause(info.context, _id(info, input.coupon)))

    @strawberry.mutation(graphql_type=CouponPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_resume(info: Info, input: CouponStepInput) -> Any:
        """Go on under the same terms, as the next version."""
        return _done(await coupons.resume(info.context, _id(info, input.coupon)))

    @strawberry.mutation(graphql_type=CouponPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_end(info: Info, input: CouponStepInput) -> Any:
        """Give no vouchers any more; those that are out stay good for their term."""
        return _done(await coupons.end(info.context, _id(info, input.coupon)))


def _id(info: Info, text: str) -> Any:
    return info.context.global_ids.one("Coupon", text)


async def _terms(info: Info, terms: CouponTermsInput) -> domain_terms.CouponTerms:
    return terms.to_terms(info.context, (await coalition.coalition(info.context)).currency)


def _done(coupon: domain_terms.Coupon) -> CouponPayload:
    return CouponPayload(coupon=coupon)  # type: ignore[arg-type]
