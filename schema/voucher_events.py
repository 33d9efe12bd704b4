"""Events of vouchers: given, used, and taken back."""

from __future__ import annotations

import strawberry

from domain.events.models import EventKind, Told
from domain.vouchers import terms as coupon_terms
from domain.vouchers.models import VoucherSource
from domain.vouchers.uses import UseOfVouchers
from resolvers import events
from resolvers.context import Info
from schema.coupons import Coupon
from schema.errors import or_null
from schema.events import Event, tells
from schema.vouchers import VoucherUse


@strawberry.type
@tells(EventKind.VOUCHER_ISSUED)
class VoucherIssued(Event):
    """A member was given a voucher of one of your coupons."""

    @strawberry.field
    @staticmethod
    def source(told: strawberry.Parent[Told]) -> VoucherSource:
        """What it came of."""
        return VoucherSource(told.event.detail or "")

    @strawberry.field(graphql_type=Coupon | None, extensions=[or_null])
    @staticmethod
    async def coupon(told: strawberry.Parent[Told], info: Info) -> coupon_terms.Coupon:
        """The coupon as it stands when this is told."""
        return await events.coupon_of(info.context, told)


@strawberry.interface
class VoucherUseEvent(Event):
    """Something happened to a use of vouchers at your tills."""

    @strawberry.field(graphql_type=VoucherUse | None, extensions=[or_null])
    @staticmethod
    async def use(told: strawberry.Parent[Told], info: Info) -> UseOfVouchers:
        """The use as it stands when this is told."""
        return await events.use_of(info.context, told)


@strawberry.type
@tells(EventKind.VOUCHER_USED)
class VoucherUsed(VoucherUseEvent):
    """Vouchers were used."""


@strawberry.type
@tells(EventKind.VOUCHER_REVERSED)
class VoucherReversed(VoucherUseEvent):
    """A use of vouchers was taken back."""
