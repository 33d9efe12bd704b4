"""Codes of coupons: brought into pools, made to be printed, and given to members as vouchers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import strawberry

from domain.vouchers import pooling
from domain.vouchers.issuing import GiveVouchers
from partners.scopes import Scope
from resolvers import coalition, coupons
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.errors import UserError, refusals
from schema.members import MemberRefInput
from schema.permissions import needs
from schema.reward_terms import minor
from schema.scalars import IdempotencyKey
from schema.shape import shows

WRITE = needs(Scope.REWARDS_WRITE)


@strawberry.type
@shows(pooling.LineRefused)
class CouponLineRefused:
    """A code that was not brought in."""

    line: int
    """Its place, from 1."""
    why: str
    """Why."""


@strawberry.type
class CouponCodesPayload:
    """What became of codes that were brought in or made."""

    taken: int = 0
    """How many are in the pool now that were not before."""
    refused: int = 0
    """How many were not brought in."""
    refusals: list[CouponLineRefused] = strawberry.field(default_factory=list)
    """Which, and why; at most the first thousand."""
    codes: list[str] = strawberry.field(default_factory=list)
    """The codes that were made; they are told this once."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why none was looked at; empty when each was."""


@strawberry.type
class CouponGivePayload:
    """What became of vouchers that were to be given."""

    codes: list[str] = strawberry.field(default_factory=list)
    """The codes of the vouchers that the member has now."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why none was given; empty when they were."""


@strawberry.input
class CouponCodesImportInput:
    """Codes for a pool."""

    coupon: strawberry.ID
    """The coupon, whose codes come from a POOL."""
    codes: list[str]
    """At most 10,000: each 4 to 32 letters and digits; spaces and hyphens do not count."""


@strawberry.input
class CouponCodesMakeInput:
    """Codes to be made and printed."""

    coupon: strawberry.ID
    """The coupon, whose codes come from a POOL."""
    count: int
    """How many: at most 10,000."""


@strawberry.input
class CouponGiveInput:
    """Vouchers for a member."""

    idempotency_key: IdempotencyKey
    """Yours for this gift."""
    coupon: strawberry.ID
    """Your coupon; it is live."""
    member: MemberRefInput
    """Who gets them."""
    count: int = 1
    """How many: at most 100."""
    amount: Decimal | None = None
    """What each takes off, in the coalition's currency, where vouchers of the coupon are valued; else not said."""
    staff: str | None = None
    """Your reference for who gave them."""

    def to_command(self, ctx: Context, currency: str) -> GiveVouchers:
        """As the domain takes it. Raises: InvalidValue."""
        return GiveVouchers(
            partner_id=acting_partner(ctx.viewer),
            idempotency_key=self.idempotency_key,
            member=self.member.to_ref(ctx),
            coupon_id=ctx.global_ids.one("Coupon", self.coupon),
            count=self.count,
            occurred_at=ctx.now,
            staff=self.staff,
            amount=minor("amount", self.amount, currency),
        )


@strawberry.type
class CouponCodeMutation:
    """Codes are brought in, vouchers are given."""

    @strawberry.mutation(graphql_type=CouponCodesPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_codes_import(info: Info, input: CouponCodesImportInput) -> Any:
        """Bring codes into a pool; one that is there already is refused by its place."""
        brought = await coupons.bring_in(info.context, info.context.global_ids.one("Coupon", input.coupon), input.codes)
        return CouponCodesPayload(
            taken=brought.taken,
            refused=brought.refused,
            refusals=brought.refusals,  # type: ignore[arg-type]
        )

    @strawberry.mutation(graphql_type=CouponCodesPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_codes_make(info: Info, input: CouponCodesMakeInput) -> Any:
        """Make codes for a pool, to be printed."""
        made = await coupons.make_codes(info.context, info.context.global_ids.one("Coupon", input.coupon), input.count)
        return CouponCodesPayload(taken=len(made), codes=made)

    @strawberry.mutation(graphql_type=CouponGivePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def coupon_give(info: Info, input: CouponGiveInput) -> Any:
        """Give a member vouchers: all of them, or none."""
        currency = (await coalition.coalition(info.context)).currency
        given = await coupons.give(info.context, input.to_command(info.context, currency))
        return CouponGivePayload(codes=[coupons.code_given(info.context, one) for one in given])
