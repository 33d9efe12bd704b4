"""Vouchers: looked at and used at the till, taken back, and shown to the member who has them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.values import Money as DomainMoney
from domain.vouchers import errors as voucher_errors
from domain.vouchers import terms as coupon_terms
from domain.vouchers import told, uses
from domain.vouchers.models import VoucherSource, VoucherState
from domain.vouchers.taking import WhyNot
from domain.vouchers.uses import UseOfVouchers
from partners.scopes import Scope
from resolvers import coalition, vouchers
from resolvers.context import Info
from schema.campaign_shapes import partners_of
from schema.connections import Connection, paged
from schema.coupon_shapes import CouponTakes
from schema.errors import UserError, basics, or_null, refusals, shown
from schema.ids import Node, identified
from schema.money import Money
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.reward_shapes import money_of
from schema.shape import shows
from schema.voucher_inputs import VoucherCheckInput, VoucherReverseInput, VoucherUseInput

MAY = needs(Scope.CODES_REDEEM)


@strawberry.type(description="A voucher stands, but not for this basket, here and now.")
class VoucherNotApplicable(UserError):
    """Says why."""

    why: WhyNot = strawberry.field(description="What speaks against it.")


@shown.register
def _(error: voucher_errors.VoucherNotApplicable) -> VoucherNotApplicable:
    return VoucherNotApplicable(**basics(error), why=WhyNot(error.why))


@strawberry.type
@shows(told.Told)
class Voucher:
    """One code of a coupon in somebody's hands; or a coupon's public word."""

    state: VoucherState
    """Where it stands."""
    uses: int
    """How often it can be used in all."""
    used: int
    """How often it was."""
    source: VoucherSource
    """What it came of."""
    issued_at: datetime | None
    """When it was given; null for a public word that was not used yet."""
    expires_at: datetime | None
    """When it can be used no more; null: never."""
    paused: bool
    """Whether its coupon is paused, so that it is not taken for now."""

    @strawberry.field
    @staticmethod
    def id(voucher: strawberry.Parent[told.Told], info: Info) -> strawberry.ID | None:
        """By which it is used; null for a public word that was not used yet."""
        if voucher.wallet_id is None or voucher.voucher_id is None:
            return None
        return strawberry.ID(info.context.global_ids.encode("Voucher", voucher.wallet_id, voucher.voucher_id))

    @strawberry.field
    @staticmethod
    def name(voucher: strawberry.Parent[told.Told]) -> str:
        """What people call it."""
        return voucher.terms.name

    @strawberry.field
    @staticmethod
    def code(voucher: strawberry.Parent[told.Told], info: Info) -> str | None:
        """The code to show at a till; told to the member who has it alone."""
        return vouchers.code_shown(info.context, voucher)

    @strawberry.field(graphql_type=CouponTakes)
    @staticmethod
    def takes(voucher: strawberry.Parent[told.Told]) -> coupon_terms.TakesOff:
        """What it takes off."""
        return voucher.terms.takes

    @strawberry.field(graphql_type=Money | None)
    @staticmethod
    async def amount(voucher: strawberry.Parent[told.Told], info: Info) -> values.Money | None:
        """Its own amount, where vouchers of its coupon are valued; null for others."""
        return await money_of(info, voucher.amount)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def least(voucher: strawberry.Parent[told.Told], info: Info) -> values.Money | None:
        """What the lines it is for have to come to."""
        return await money_of(info, voucher.terms.least)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(voucher: strawberry.Parent[told.Told], info: Info) -> list[coalition_models.Partner]:
        """Who takes it."""
        return await partners_of(info, voucher.terms.partners)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(voucher: strawberry.Parent[told.Told], info: Info) -> coalition_models.Partner:
        """Whose coupon it is of."""
        return await coalition.partner(info.context, voucher.owner_id)


@strawberry.type
@shows(uses.LineOff)
class VoucherLine:
    """What is taken off a line."""

    number: int
    """The line's."""
    money: Money
    """So much."""


@strawberry.type
class VoucherFound:
    """What one voucher would take off."""

    code: str | None
    """As it was shown; null where it was found with its member, or named by its id."""
    voucher: Voucher | None
    """The voucher; null where none is known here."""
    money: Money
    """What it takes off; nothing without a basket."""
    lines: list[VoucherLine]
    """Off which lines."""
    why_not: WhyNot | None
    """Why it takes nothing off; null where it stands."""
    missing: Money | None
    """BASKET_TOO_SMALL: by how much."""


@strawberry.type
class VoucherCheck:
    """What vouchers would take off a basket."""

    vouchers: list[VoucherFound]
    """Each, in the order they were shown; without any shown, all that the member can use here, each by itself."""
    money: Money | None
    """What those that were shown take off together; null where none was."""


@strawberry.type
@shows(uses.OneUse)
class VoucherTaken:
    """One voucher of a use."""

    name: str
    """What people call it."""
    money: Money
    """What it took off."""
    lines: list[VoucherLine]
    """Off which lines."""


@strawberry.type
@shows(uses.Owed)
class VoucherOwed:
    """What a sponsor owes whoever took the vouchers."""

    money: Money
    """So much; it stands in the statement of the cycle."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def sponsor(owed: strawberry.Parent[uses.Owed], info: Info) -> coalition_models.Partner:
        """Who."""
        return await coalition.partner(info.context, owed.sponsor_id)


@strawberry.type
@shows(UseOfVouchers)
class VoucherUse(Node):
    """Vouchers that were used together at a till."""

    id: strawberry.ID = identified("wallet_id", "entry_id")
    occurred_at: datetime
    """When, by the till's clock."""
    reversed_at: datetime | None
    """When it was taken back; null: it stands."""
    money: Money
    """What they took off together."""
    uses: list[VoucherTaken]
    """Each of them."""
    owed: list[VoucherOwed]
    """What sponsors owe for it."""

    @strawberry.field
    @staticmethod
    def purchase_id(use: strawberry.Parent[UseOfVouchers], info: Info) -> strawberry.ID | None:
        """The purchase whose lines it made cheaper, where that said so."""
        if use.purchase_entry_id is None:
            return None
        return strawberry.ID(info.context.global_ids.encode("Purchase", use.wallet_id, use.purchase_entry_id))

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(use: strawberry.Parent[UseOfVouchers], info: Info) -> coalition_models.Partner:
        """Who took them."""
        return await coalition.partner(info.context, use.partner_id)


findable(VoucherUse, vouchers.find_use, needs(Scope.CODES_REDEEM, Scope.HISTORY_READ))


@strawberry.type
class VoucherUsePayload:
    """What became of a use of vouchers."""

    use: VoucherUse | None = None
    """The use as it stands; null when it was refused."""
    replayed: bool = False
    """Whether an earlier request with the same key had done it."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


Basket = Annotated[VoucherCheckInput, strawberry.argument(description="What is shown at the till.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The use's id.")]
OnlyOpen = Annotated[bool, strawberry.argument(description="Only those that can still be used.")]


@strawberry.type
class VoucherQuery:
    """Vouchers."""

    @strawberry.field(graphql_type=VoucherCheck, extensions=[MAY])
    @staticmethod
    async def voucher_check(info: Info, input: Basket) -> VoucherCheck:
        """What vouchers would take off, or why not; nothing is written. Codes that nobody has count as guesses."""
        ref = None if input.member is None else input.member.to_ref(info.context)
        found = await vouchers.check(info.context, await input.to_shown(info), ref, input.outlet_code)
        return await _check(info, found)

    @strawberry.field(graphql_type=VoucherUse | None, extensions=[MAY, or_null])
    @staticmethod
    async def voucher_use_made(info: Info, id: Id) -> UseOfVouchers:
        """One of your uses of vouchers; null when there is none with this id."""
        return await vouchers.find_use(info.context, *info.context.global_ids.pair("VoucherUse", id))

    @strawberry.field(
        graphql_type=Connection[Voucher], extensions=[needs(Scope.REWARDS_READ, Scope.CODES_REDEEM), paged()]
    )
    @staticmethod
    async def my_vouchers(info: Info, page: PageRequest, only_open: OnlyOpen = True) -> Page[told.Told]:  # noqa: FBT002
        """Your own vouchers, the latest first."""
        return await vouchers.mine(info.context, page, only_open=only_open)


@strawberry.type
class VoucherMutation:
    """Vouchers are used."""

    @strawberry.mutation(graphql_type=VoucherUsePayload, extensions=[MAY, refusals])
    @staticmethod
    async def voucher_use(info: Info, input: VoucherUseInput) -> Any:
        """Use vouchers for a basket: all that are named, or none; what they take off is owed by their sponsors."""
        ref = None if input.member is None else input.member.to_ref(info.context)
        return _used(*await vouchers.use(info.context, await input.to_command(info), ref, input.outlet_code))

    @strawberry.mutation(graphql_type=VoucherUsePayload, extensions=[MAY, refusals])
    @staticmethod
    async def voucher_reverse(info: Info, input: VoucherReverseInput) -> Any:
        """Take a use back; its vouchers can be used again, past their term for the coalition's days of grace."""
        return _used(*await vouchers.reverse(info.context, input.to_command(info.context)))


async def _check(info: Info, looked: list[vouchers.Looked]) -> VoucherCheck:
    currency = (await coalition.coalition(info.context)).currency
    named = any(one.named is not None for one in looked)
    total = sum(one.found.amount for one in looked if one.found is not None)
    return VoucherCheck(
        vouchers=[_found(one, currency) for one in looked],
        money=DomainMoney.of_minor(total, currency) if named else None,  # type: ignore[arg-type]
    )


def _found(one: vouchers.Looked, currency: str) -> VoucherFound:
    part = one.found
    lines = () if part is None else part.lines
    missing = 0 if part is None else part.missing
    return VoucherFound(
        code=one.named if isinstance(one.named, str) else None,
        voucher=None if part is None else part.voucher,  # type: ignore[arg-type]
        money=DomainMoney.of_minor(0 if part is None else part.amount, currency),  # type: ignore[arg-type]
        lines=[
            uses.LineOff(number=number, money=DomainMoney.of_minor(amount, currency))  # type: ignore[misc]
            for number, amount in lines
        ],
        why_not=one.why_not,
        missing=DomainMoney.of_minor(missing, currency) if missing else None,  # type: ignore[arg-type]
    )


def _used(use: UseOfVouchers, replayed: bool) -> VoucherUsePayload:  # noqa: FBT001
    return VoucherUsePayload(use=use, replayed=replayed)  # type: ignore[arg-type]
