"""Bonuses: schemes and statements as their owners keep them, and as firms are told of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.bonuses import checking, managing, queries, selling_on, turnover
from domain.bonuses.figuring import Bonus
from domain.bonuses.models import SoldOnReport, StatementState
from domain.bonuses.periods import Stretch, counts_in, period_at
from domain.bonuses.queries import CountedPurchase, Statement
from domain.bonuses.selling_on import SoldOnRow, TakenIn
from domain.bonuses.terms import BonusTerms, Scheme, SchemeId, SchemeState
from domain.business.queries import MyBusiness
from domain.coalition.founding import zone
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from partners.viewer import Audience
from resolvers.coalition import coalition
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """How a firm stands in a period that is not over."""

    scheme: Scheme
    business_id: UUID
    stretch: Stretch
    turnover: Decimal
    base: Decimal | None
    bonus: Bonus


async def find(ctx: Context, scheme_id: UUID) -> Scheme:
    """The latest version of a scheme that the viewer owns or is a party to. Raises: BonusSchemeNotFound."""
    _own(ctx)
    return await ctx.read(queries.scheme_by_id, SchemeId(scheme_id))


async def page(ctx: Context, request: PageRequest, states: Collection[SchemeState]) -> Page[Scheme]:
    """The versions of schemes that the viewer owns or is a party to."""
    _own(ctx)
    return await ctx.read(queries.schemes, request, states=states)


async def awaiting(ctx: Context, scheme: Scheme) -> set[PartnerId]:
    """Who has not agreed yet to the terms as they are; told to the owner and the coalition."""
    if not _concerns(ctx, scheme):
        return set()
    given = await ctx.read(queries.agreed, scheme.scheme_id, scheme.terms.fingerprint())
    return set(scheme.terms.funders) - given - {scheme.partner_id}


async def draft(ctx: Context, terms: BonusTerms) -> Scheme:
    """Write a new scheme."""
    return await ctx.write(managing.draft, _own(ctx), terms, now=ctx.now)


async def change(ctx: Context, scheme_id: UUID, terms: BonusTerms) -> Scheme:
    """Change a draft, or draft the next version."""
    return await ctx.write(managing.change, _own(ctx), SchemeId(scheme_id), terms, now=ctx.now)


async def agree(ctx: Context, scheme_id: UUID, fingerprint: bytes) -> Scheme:
    """Agree to exactly these terms."""
    return await ctx.write(managing.agree, _own(ctx), SchemeId(scheme_id), fingerprint, now=ctx.now)


async def publish(ctx: Context, scheme_id: UUID) -> Scheme:
    """Let the draft count."""
    return await ctx.write(managing.publish, _own(ctx), SchemeId(scheme_id), now=ctx.now)


async def pause(ctx: Context, scheme_id: UUID) -> Scheme:
    """Let periods that begin now give nothing."""
    return await ctx.write(managing.pause, _own(ctx), SchemeId(scheme_id), now=ctx.now)


async def resume(ctx: Context, scheme_id: UUID) -> Scheme:
    """Go on under the same terms."""
    return await ctx.write(managing.resume, _own(ctx), SchemeId(scheme_id), now=ctx.now)


async def end(ctx: Context, scheme_id: UUID) -> Scheme:
    """Let no period that begins from now on count."""
    return await ctx.write(managing.end, _own(ctx), SchemeId(scheme_id), now=ctx.now)


async def statement(ctx: Context, statement_id: UUID) -> Statement:
    """A statement under one of the viewer's schemes, or of a firm that the viewer acts for.

    Raises: WrongAudience, BonusStatementNotFound.
    """
    _own(ctx)
    return await ctx.read(queries.statement_by_id, statement_id)


async def statements(
    ctx: Context,
    request: PageRequest,
    *,
    scheme_id: UUID | None,
    starts: date | None,
    states: Collection[StatementState],
) -> Page[Statement]:
    """The statements under the viewer's own schemes."""
    _own(ctx)
    wanted = None if scheme_id is None else SchemeId(scheme_id)
    return await ctx.read(queries.statements, request, scheme_id=wanted, starts=starts, states=states)


async def check(ctx: Context, statement_ids: Sequence[UUID]) -> list[Statement]:
    """Let statements be given as they are."""
    by = ctx.viewer.person_id or ctx.viewer.client_id
    return await ctx.write(checking.check, _own(ctx), statement_ids, by=by, now=ctx.now)


async def purchases_of(ctx: Context, told: Statement, request: PageRequest) -> Page[CountedPurchase]:
    """The purchases behind a statement at the owner's own tills; to anybody else none."""
    if ctx.viewer.audience is not Audience.PARTNER or ctx.viewer.partner_id != told.partner_id:
        return Page.of([], request, None)
    return await ctx.fetch(queries.purchases_of, told.partner_id, told.statement_id, request)


async def of_firm(ctx: Context, firm: MyBusiness) -> list[Statement]:
    """A firm's statements that were checked, to whoever acts for it."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.fetch(queries.of_firm, member_id, firm.business_id)


async def so_far(ctx: Context, firm: MyBusiness) -> list[SoFar]:
    """How a firm stands in the schemes that it takes part in, as of this moment."""
    _, member_id = acting_member(ctx.viewer)
    schemes = await ctx.fetch(queries.schemes_of_firm, member_id, firm.business_id)
    found = [await _so_far(ctx, scheme, [firm.business_id]) for scheme in schemes]
    return [one for some in found for one in some]


async def standing(ctx: Context, scheme: Scheme, firms: Sequence[UUID]) -> list[SoFar]:
    """The same for firms that the viewer serves, to a scheme's owner. Raises: WrongAudience, BonusSchemeNotFound."""
    if _own(ctx) != scheme.partner_id:
        return []
    return await _so_far(ctx, scheme, firms)


async def report_sold_on(ctx: Context, name: str, rows: Sequence[SoldOnRow]) -> TakenIn:
    """Take in what firms sold on."""
    key = ctx.keys.lookups
    return await ctx.post(selling_on.take_in, _own(ctx), name, rows, lookup_key=key, now=ctx.now)


async def reports(ctx: Context, request: PageRequest) -> Page[SoldOnReport]:
    """The reports that the viewer handed in."""
    _own(ctx)
    return await ctx.read(queries.reports, request)


async def _so_far(ctx: Context, scheme: Scheme, firms: Sequence[UUID]) -> list[SoFar]:
    clock = zone((await coalition(ctx)).time_zone)
    stretch = period_at(scheme.terms.period, ctx.now.astimezone(clock).date())
    if not counts_in(scheme.terms, stretch):
        return []
    figured = await ctx.fetch(turnover.bonuses, scheme.terms, scheme.partner_id, firms, stretch)
    return [
        SoFar(scheme=scheme, business_id=firm, stretch=stretch, turnover=volume, base=base, bonus=bonus)
        for firm, (volume, base, bonus) in zip(firms, figured, strict=True)
    ]


def _concerns(ctx: Context, scheme: Scheme) -> bool:
    return ctx.viewer.audience is Audience.COALITION or ctx.viewer.partner_id == scheme.partner_id


def _own(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))
