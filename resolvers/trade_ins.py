"""Trade-ins: schemes as their owners keep them, what counters record, and what members and reports are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.coalition import queries as coalition
from domain.coalition.errors import OutletNotFound
from domain.ids import OutletId, PartnerId
from domain.members import recognition
from domain.members.links import ids_at_partners
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from domain.trade_ins import consigning, managing, queries, recording, reporting, reversing
from domain.trade_ins.consigning import CloseConsignment, Ended
from domain.trade_ins.models import ItemState
from domain.trade_ins.queries import MyItem, TradeIn
from domain.trade_ins.recording import RecordTradeIn
from domain.trade_ins.reporting import TradeInReport
from domain.trade_ins.reversing import ReverseTradeIn
from domain.trade_ins.terms import Scheme, SchemeId, SchemeState, SchemeTerms
from domain.trade_ins.valuing import Item, Valued
from domain.vouchers import codes
from partners.viewer import Audience
from resolvers.coalition import coalition as coalition_of
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner
from resolvers.tills import caches_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A trade-in as it stands after a step, for whoever took it."""

    trade_in: TradeIn
    codes: tuple[str, ...]
    """Of the vouchers that the member got by it and can use."""
    replayed: bool


async def find_scheme(ctx: Context, scheme_id: UUID) -> Scheme:
    """The latest version of a scheme. Raises: TradeInSchemeNotFound."""
    return await ctx.read(queries.scheme_by_id, SchemeId(scheme_id))


async def schemes(ctx: Context, page: PageRequest, states: Sequence[SchemeState]) -> Page[Scheme]:
    """The schemes that the viewer owns, pays for or takes items by."""
    return await ctx.read(queries.schemes_page, page, states=states)


async def awaiting(ctx: Context, scheme: Scheme) -> set[PartnerId]:
    """The sponsors that have not agreed to the terms as they are, for its owner and sponsors."""
    parties = {scheme.partner_id, *scheme.terms.funders}
    if ctx.viewer.audience is not Audience.COALITION and ctx.viewer.partner_id not in parties:
        return set()
    agreed = await ctx.read(queries.agreed_sponsors, scheme.scheme_id, scheme.terms.fingerprint())
    return set(scheme.terms.funders) - set(agreed) - {scheme.partner_id}


async def draft(ctx: Context, terms: SchemeTerms) -> Scheme:
    """Write a new scheme."""
    return await ctx.write(managing.draft, _own(ctx), terms, now=ctx.now)


async def change(ctx: Context, scheme_id: UUID, terms: SchemeTerms) -> Scheme:
    """Change a scheme."""
    return await ctx.write(managing.change, _own(ctx), SchemeId(scheme_id), terms, now=ctx.now)


async def agree(ctx: Context, scheme_id: UUID, fingerprint: bytes) -> Scheme:
    """Agree as a sponsor to the terms that have this fingerprint."""
    return await ctx.write(managing.agree, _own(ctx), SchemeId(scheme_id), fingerprint, now=ctx.now)


async def publish(ctx: Context, scheme_id: UUID) -> Scheme:
    """Let items be taken by it."""
    return await ctx.write(managing.publish, _own(ctx), SchemeId(scheme_id), now=ctx.now)


async def pause(ctx: Context, scheme_id: UUID) -> Scheme:
    """Take none for now."""
    return await ctx.write(managing.pause, _own(ctx), SchemeId(scheme_id), now=ctx.now)


async def resume(ctx: Context, scheme_id: UUID) -> Scheme:
    """Go on under the same terms."""
    return await ctx.write(managing.resume, _own(ctx), SchemeId(scheme_id), now=ctx.now)


async def end(ctx: Context, scheme_id: UUID) -> Scheme:
    """Take none any more."""
    return await ctx.write(managing.end, _own(ctx), SchemeId(scheme_id), now=ctx.now)


async def outlet_meant(ctx: Context, code: str | None) -> OutletId | None:
    """The outlet that is named, or the one the till is bound to; it speaks for no other. Raises: OutletNotFound."""
    bound = ctx.viewer.outlet_id
    if code is None:
        return bound
    named = await ctx.read(coalition.outlet_by_code, _own(ctx), code)
    if bound not in {None, named.outlet_id}:
        raise OutletNotFound
    return OutletId(named.outlet_id)


async def quote(
    ctx: Context, scheme_id: UUID | None, items: Sequence[Item], outlet_code: str | None
) -> tuple[Scheme, list[Valued]]:
    """What items are worth at the viewer's counters now."""
    wanted = None if scheme_id is None else SchemeId(scheme_id)
    outlet_id = await outlet_meant(ctx, outlet_code)
    caches = await caches_of(ctx)
    return await ctx.fetch(recording.quote, _own(ctx), wanted, items, outlet_id=outlet_id, caches=caches, now=ctx.now)


async def record(ctx: Context, command: RecordTradeIn) -> Done:
    """Record what a member hands in."""
    caches, key = await caches_of(ctx), ctx.keys.lookups
    async with ctx.guessable():
        made = await ctx.post(recording.record, command, caches=caches, lookup_key=key, now=ctx.now)
    return await _done(ctx, made.trade_in_id, replayed=made.replayed)


async def reverse(ctx: Context, command: ReverseTradeIn) -> Done:
    """Take a trade-in back."""
    replayed = await ctx.post(reversing.reverse, command, now=ctx.now)
    return await _done(ctx, command.trade_in_id, replayed=replayed)


async def close(ctx: Context, command: CloseConsignment) -> Done:
    """A consigned item comes to its end."""
    caches, key = await caches_of(ctx), ctx.keys.lookups
    ended: Ended = await ctx.post(consigning.close, command, caches=caches, lookup_key=key, now=ctx.now)
    return await _done(ctx, ended.trade_in_id, replayed=ended.replayed)


async def find(ctx: Context, trade_in_id: UUID) -> TradeIn:
    """One that the viewer's partner took. Raises: TradeInNotFound."""
    return await ctx.read(queries.trade_in_by_id, trade_in_id)


async def page(
    ctx: Context, request: PageRequest, scheme_id: UUID | None, states: Sequence[ItemState]
) -> Page[TradeIn]:
    """What the viewer's partner took."""
    wanted = None if scheme_id is None else SchemeId(scheme_id)
    return await ctx.read(queries.trade_ins_page, request, scheme_id=wanted, states=states)


async def mine(ctx: Context, request: PageRequest) -> Page[MyItem]:
    """What the member handed in. Raises: WrongAudience."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(queries.mine, member_id, request)


async def report(ctx: Context, scheme_id: UUID | None, since: datetime, until: datetime | None) -> TradeInReport:
    """What trade-in came to, for a partner, or all of it for the coalition."""
    whose = None if ctx.viewer.audience is Audience.COALITION else _own(ctx)
    wanted = None if scheme_id is None else SchemeId(scheme_id)
    currency = (await coalition_of(ctx)).currency
    return await ctx.read(reporting.report, whose, scheme_id=wanted, since=since, until=until, currency=currency)


async def member_of(ctx: Context, trade_in: TradeIn) -> KnownMember | None:
    """Who handed it in, as the partner that took it knows the member; None, where it is one no more."""
    if ctx.viewer.partner_id != trade_in.partner_id:
        return None
    pairwise_id = await ctx.load(ids_at_partners, (trade_in.partner_id, trade_in.member_id))
    if pairwise_id is None:
        return None
    ref = recognition.MemberRef(pairwise_id=pairwise_id)
    key = ctx.keys.lookups
    (known,) = await ctx.fetch(recognition.recognise, [ref], trade_in.partner_id, key=key, now=ctx.now)
    return known


async def _done(ctx: Context, trade_in_id: UUID, *, replayed: bool) -> Done:
    trade_in = await find(ctx, trade_in_id)
    given = [one.voucher_id for one in trade_in.credits if one.voucher_id is not None and one.back_at is None]
    shown = tuple(codes.code_of(voucher_id, ctx.keys.lookups) for voucher_id in given)
    return Done(trade_in=trade_in, codes=shown, replayed=replayed)


def _own(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))
