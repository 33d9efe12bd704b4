"""Vouchers: as tills look at them, use them and take a use back, and as their members see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.ids import OutletId, PartnerId, SegmentId
from domain.members import recognition
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.segments.asking import segments_of
from domain.storage import Sight
from domain.tiers.asking import tiers_of
from domain.vouchers import queries, uses, using
from domain.vouchers.errors import VoucherNotFound, VoucherUseNotFound
from domain.vouchers.taking import Holder, TakenOff, WhyNot
from domain.vouchers.told import Told
from domain.vouchers.uses import UseOfVouchers, UseRef
from domain.vouchers.using import Named, ReverseVouchers, Shown, UseVouchers, Where
from partners.viewer import Audience
from resolvers import members, redemptions
from resolvers.context import Context
from resolvers.policies import member_meant, serving_partner
from resolvers.tills import caches_of


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of one voucher that was shown."""

    named: Named | None
    """As it was shown; None: it was found with its member."""
    found: TakenOff | None
    why_not: WhyNot | None


async def check(ctx: Context, shown: Shown, ref: MemberRef | None, outlet_code: str | None) -> list[Looked]:
    """What vouchers take off, or why not; without any named, what the member can use here."""
    shown = replace(shown, outlet_id=await _outlet(ctx, shown.partner_id, outlet_code))
    where = await _where(ctx)
    async with ctx.guessable() as misses:
        member = await _met(ctx, ref, shown.partner_id)
        looked = await ctx.fetch(using.look_up, shown, member, where, now=ctx.now)
        misses.among(looked)
    found = [one for one in looked if isinstance(one, Told)]
    holder = await _holder(ctx, shown.partner_id, member, found)
    if not shown.vouchers:  # what is listed is offered one by one, not together
        parts = [(await ctx.fetch(using.reckon, shown, [one], holder, where, now=ctx.now))[0] for one in found]
        return [Looked(None, part, part.why_not) for part in parts]
    reckoned = iter(await ctx.fetch(using.reckon, shown, found, holder, where, now=ctx.now))
    return [_looked(named, one, reckoned) for named, one in zip(shown.vouchers, looked, strict=True)]


async def use(
    ctx: Context, command: UseVouchers, ref: MemberRef | None, outlet_code: str | None
) -> tuple[UseOfVouchers, bool]:
    """Use vouchers together, or none; the use, and whether it is told again."""
    outlet_id = await _outlet(ctx, command.partner_id, outlet_code)
    where = await _where(ctx)
    async with ctx.guessable():
        member = await _met(ctx, ref, command.partner_id)
        command = replace(command, outlet_id=outlet_id, member_id=None if member is None else member.member_id)
        looked = await ctx.fetch(using.look_up, command.shown, member, where, now=ctx.now)
        for place, one in enumerate(looked):
            if isinstance(one, VoucherNotFound):
                raise one.at("vouchers", str(place))
    found = [one for one in looked if isinstance(one, Told)]
    holder = await _holder(ctx, command.partner_id, member, found)
    return await ctx.post(using.use, command, found, holder, where, now=ctx.now)


async def reverse(ctx: Context, command: ReverseVouchers) -> tuple[UseOfVouchers, bool]:
    """Take a use back."""
    await find_use(ctx, command.use.wallet_id, command.use.entry_id)
    return await ctx.post(using.reverse, command, now=ctx.now)


async def find_use(ctx: Context, wallet_id: UUID, entry_id: UUID) -> UseOfVouchers:
    """A use as it stands. Raises: VoucherUseNotFound."""
    ref = UseRef(wallet_id=wallet_id, entry_id=entry_id)
    found = await ctx.fetch(uses.use_of, ref, sight=ctx.viewer.sight)
    if ctx.viewer.on_behalf_of is not None:
        own = member_meant(ctx.viewer).member_id
        if not await ctx.fetch(recognition.has_become, found.member_id, own):
            raise VoucherUseNotFound
    return found


async def own_uses(ctx: Context, ids: Sequence[str]) -> list[UseRef]:
    """The uses that global ids name, each one's own. Raises: NotFound, VoucherUseNotFound."""
    refs = []
    for text in ids:
        found = await find_use(ctx, *ctx.global_ids.pair("VoucherUse", text))
        refs.append(UseRef(wallet_id=found.wallet_id, entry_id=found.entry_id))
    return refs


async def explain(ctx: Context, wallet_id: UUID, purchase_id: UUID, named: Sequence[UseRef]) -> None:
    """A purchase that stands names the uses that made its lines cheaper, as far as they are the same wallet's."""
    entries = [ref.entry_id for ref in named if ref.wallet_id == wallet_id]
    if entries:
        await ctx.post(uses.name_uses, serving_partner(ctx.viewer), wallet_id, purchase_id, entries)


async def mine(ctx: Context, page: PageRequest, *, only_open: bool) -> Page[Told]:
    """The member's own vouchers, the latest first."""
    member = member_meant(ctx.viewer)
    sight, at = Sight.member(member.member_id), ctx.now if only_open else None
    return await ctx.fetch(queries.vouchers_of, member.wallet_id, page, open_at=at, sight=sight)


def code_shown(ctx: Context, voucher: Told) -> str | None:
    """The code, for its holder alone."""
    if ctx.viewer.audience is Audience.MEMBER or ctx.viewer.on_behalf_of is not None:
        return voucher.code(ctx.keys.lookups)
    return None


def partner_of(ctx: Context) -> PartnerId:
    """Who takes vouchers."""
    return PartnerId(serving_partner(ctx.viewer))


def when(ctx: Context, said: datetime | None) -> datetime:
    """When something was done, by the till's clock."""
    return said or ctx.now


async def _outlet(ctx: Context, partner_id: UUID, code: str | None) -> OutletId | None:
    found = await redemptions.outlet_at(ctx, partner_id, code)
    return None if found is None else OutletId(found)


async def _where(ctx: Context) -> Where:
    caches = await caches_of(ctx)
    return Where(currency=caches.campaigns.currency, zone=caches.zone, catalogue=caches.catalogue, key=ctx.keys.lookups)


async def _met(ctx: Context, ref: MemberRef | None, partner_id: UUID) -> KnownMember | None:
    """The member at the till, if one is named or acted for. Raises: MemberNotFound."""
    if ref is None and ctx.viewer.on_behalf_of is None:
        return None
    meant = await members.meant(ctx, ref)
    (member,) = await ctx.fetch(recognition.recognise, [meant], partner_id, key=ctx.keys.lookups, now=ctx.now)
    if member is None:
        raise MemberNotFound
    return member


async def _holder(ctx: Context, partner_id: PartnerId, member: KnownMember | None, vouchers: Sequence[Told]) -> Holder:
    """What is known of who shows vouchers; of a code that anybody may show, the member who has it."""
    shopper = _shopper(partner_id, member, vouchers)
    if shopper is None:
        return Holder()
    asked = {SegmentId(one) for voucher in vouchers for one in voucher.terms.segments | voucher.terms.not_segments}
    segments = (await ctx.fetch(segments_of, [shopper], asked))[shopper] if asked else frozenset()
    tiered = any(voucher.terms.tiers for voucher in vouchers)
    tiers = (await ctx.fetch(tiers_of, [shopper], at=ctx.now))[shopper] if tiered else frozenset[str]()
    known = member is not None
    return Holder(
        wallet_id=shopper[1] if known else None,
        member_id=shopper[2] if known else None,
        tiers=tiers,
        segments=frozenset(segments),
    )


def _shopper(
    partner_id: PartnerId, member: KnownMember | None, vouchers: Sequence[Told]
) -> tuple[PartnerId, UUID, UUID] | None:
    if member is not None:
        return partner_id, member.wallet_id, member.member_id
    for voucher in vouchers:
        if voucher.wallet_id is not None and voucher.member_id is not None:
            return partner_id, voucher.wallet_id, voucher.member_id
    return None


def _looked(named: Named, one: Told | VoucherNotFound, reckoned: Iterator[TakenOff]) -> Looked:
    if isinstance(one, VoucherNotFound):
        return Looked(named, None, WhyNot.MISTYPED if one.mistyped else WhyNot.NOT_FOUND)
    part = next(reckoned)
    return Looked(named, part, part.why_not)
