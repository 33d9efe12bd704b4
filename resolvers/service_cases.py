"""Cases, as those who take part carry them on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from uuid import UUID

from domain.coalition.founding import coalition_of
from domain.earning.commands import PurchaseReceipt
from domain.errors import NotFound
from domain.ids import PartnerId, PersonId
from domain.ledger import adjusting
from domain.ledger.adjusting import RequestAdjustment
from domain.ledger.models import Adjustment
from domain.members import recognition
from domain.members.errors import MemberNotFound
from domain.members.links import ids_at_partners
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.service import carrying, case_queries, opening, routing
from domain.service.carrying import Say, Speaker
from domain.service.case_models import CaseAnswerer, CaseKind, CaseRoute, CaseState, CaseTurn, ServiceCase
from domain.service.case_queries import ResponseFigures, Told, Wanted, is_late
from domain.service.errors import CaseMoved
from domain.service.hours import ServiceHours
from domain.service.opening import OpenCase
from domain.storage import WriteSession
from domain.values import Points
from partners.errors import WrongAudience
from partners.scopes import Scope
from partners.viewer import Audience
from resolvers import purchases
from resolvers.context import Context
from resolvers.members import find_at
from resolvers.policies import acting_member, acting_partner, acting_person

ATTEMPTS = 3


async def find(ctx: Context, case_id: UUID) -> ServiceCase:
    """A case that the viewer takes part in. Raises: WrongAudience, CaseNotFound."""
    speaker(ctx)
    return await ctx.read(case_queries.case_by_id, case_id)


async def case_of(ctx: Context, case_id: UUID | None) -> ServiceCase | None:
    """A case that an event tells of; None for one the viewer takes no part in."""
    return None if case_id is None else await ctx.load(case_queries.cases_by_ids, case_id)


async def page(
    ctx: Context,
    request: PageRequest,
    *,
    states: Collection[CaseState] | None,
    kinds: Collection[CaseKind] | None,
    mine: bool,
    overdue: bool,
) -> Page[ServiceCase]:
    """Cases that the viewer takes part in. Raises: WrongAudience."""
    house = house_of(ctx)
    wanted = Wanted(
        states=states,
        kinds=kinds,
        handled_by=(house,) if mine or overdue else None,
        late_at=ctx.now if overdue else None,
    )
    return await ctx.read(case_queries.cases_page, wanted, request)


async def of_mine(ctx: Context, request: PageRequest) -> Page[ServiceCase]:
    """The member's own cases. Raises: WrongAudience."""
    acting_member(ctx.viewer)
    return await ctx.read(case_queries.cases_page, Wanted(), request)


async def told_in(ctx: Context, case: ServiceCase) -> list[Told]:
    """What was said and done in a case."""
    return await ctx.read(case_queries.told_in, case, master=ctx.keys.personal_data)


async def turn_of(ctx: Context, case: ServiceCase) -> CaseTurn:
    """Whose turn it is, or was last."""
    return await ctx.read(case_queries.turn_of, case)


async def late(ctx: Context, case: ServiceCase) -> bool:
    """Whether its handler is late."""
    return is_late(await turn_of(ctx, case), ctx.now)


async def member_of(ctx: Context, case: ServiceCase) -> KnownMember | None:
    """Whose case it is, as the viewer knows the member; None where it does not."""
    if case.member_id is None:
        return None
    if ctx.viewer.member_id is not None:
        assert case.wallet_id is not None, "a case of a member names its wallet"
        return KnownMember(
            wallet_id=case.wallet_id,
            member_id=case.member_id,
            kind=MemberKind.CONSUMER,
            pairwise_id=case.member_id,
        )
    if ctx.viewer.partner_id is None:
        return None
    pairwise_id = await ctx.load(ids_at_partners, (PartnerId(ctx.viewer.partner_id), case.member_id))
    if pairwise_id is None:
        return None
    ref = MemberRef(pairwise_id=pairwise_id)
    (known,) = await ctx.fetch(recognition.recognise, [ref], ctx.viewer.partner_id, key=ctx.keys.lookups, now=ctx.now)
    return known


async def purchase_of(ctx: Context, case: ServiceCase) -> PurchaseReceipt | None:
    """The purchase it is about, for the shop at which it was made and nobody else."""
    reads = ctx.viewer.may(Scope.PURCHASES_READ) or ctx.viewer.may(Scope.PURCHASES_WRITE)
    if case.purchase_entry_id is None or case.purchase_wallet_id is None or not reads:
        return None
    try:
        return await purchases.find(ctx, case.purchase_wallet_id, case.purchase_entry_id)
    except (NotFound, WrongAudience):
        return None


async def open_for_member(ctx: Context, command: Callable[[UUID, UUID], OpenCase]) -> ServiceCase:
    """The member asks something. Raises: WrongAudience, and what the domain refuses."""
    wallet_id, member_id = acting_member(ctx.viewer)
    return await _again(ctx, opening.open_case, command(wallet_id, member_id))


async def open_at_shop(
    ctx: Context, ref: MemberRef | None, command: Callable[[KnownMember | None, PartnerId, PersonId | None], OpenCase]
) -> ServiceCase:
    """A shop asks for a member, or for a buyer who is none. Raises: WrongAudience, MemberNotFound."""
    shop = PartnerId(acting_partner(ctx.viewer))
    member = None if ref is None else await find_at(ctx, ref, shop)
    return await _again(ctx, opening.open_case, command(member, shop, ctx.viewer.person_id))


async def say(ctx: Context, command: Callable[[Speaker], Say]) -> ServiceCase:
    """Say something in a case."""
    return await _again(ctx, carrying.say, command(speaker(ctx)))


async def hand_over(ctx: Context, case_id: UUID, to: UUID | None, *, words: str, key: str) -> ServiceCase:
    """Let somebody else answer."""
    by, master = speaker(ctx), ctx.keys.personal_data
    return await ctx.write(carrying.hand_over, case_id, by, to, words=words, key=key, master=master, now=ctx.now)


async def close(ctx: Context, case_id: UUID, *, key: str) -> ServiceCase:
    """End a case."""
    return await ctx.write(carrying.close, case_id, speaker(ctx), key=key, now=ctx.now)


async def goodwill(ctx: Context, case_id: UUID, points: Points, reason: str) -> Adjustment:
    """Ask for points for the member of a case, which another person has to agree to.

    Raises: WrongAudience, CaseNotFound, NotHandler, MemberNotFound, and what an adjustment refuses.
    """
    person, house = PersonId(acting_person(ctx.viewer)), acting_partner(ctx.viewer)
    case = await find(ctx, case_id)
    member = await member_of(ctx, case)
    if member is None:
        raise MemberNotFound
    command = RequestAdjustment(
        partner_id=house,
        wallet_id=member.wallet_id,
        member_id=member.member_id,
        points=points,
        reason=reason,
        person_id=person,
        expires_at=None,
    )

    async def asked(session: WriteSession) -> Adjustment:
        adjustment = await adjusting.request_adjustment(session, command, now=ctx.now)
        await carrying.goodwill(session, case_id, speaker(ctx), adjustment.adjustment_id, now=ctx.now)
        return adjustment

    return await ctx.write(asked)


async def routes(ctx: Context) -> dict[CaseKind, CaseAnswerer]:
    """Who answers cases about the viewer's products; for the coalition, about all that have no rule of their own."""
    return await ctx.read(routing.routes_of, house_of(ctx))


async def route(ctx: Context, kind: CaseKind, answers: CaseAnswerer) -> CaseRoute:
    """Say who answers."""
    return await ctx.write(routing.route, house_of(ctx), kind, answers, now=ctx.now)


async def hours(ctx: Context) -> ServiceHours:
    """When the viewer's house works."""
    return await ctx.read(routing.hours_of, house_of(ctx), at=ctx.now)


async def keep_hours(ctx: Context, hours: ServiceHours) -> ServiceHours:
    """Say when the viewer's house works."""
    return await ctx.write(routing.keep_hours, house_of(ctx), hours, now=ctx.now)


async def responses(ctx: Context, since: datetime, until: datetime) -> list[ResponseFigures]:
    """How fast the viewer's house answered."""
    house, zone = house_of(ctx), (await ctx.read(coalition_of)).time_zone
    return await ctx.read(case_queries.response_figures, house, since=since, until=until, zone=zone)


def house_of(ctx: Context) -> PartnerId | None:
    """For whom the viewer works: its partner; None for the coalition. Raises: WrongAudience."""
    return None if ctx.viewer.audience is Audience.COALITION else PartnerId(acting_partner(ctx.viewer))


def speaker(ctx: Context) -> Speaker:
    """As whom the viewer takes part in cases. Raises: WrongAudience."""
    if ctx.viewer.audience is Audience.MEMBER:
        return Speaker(member_id=acting_member(ctx.viewer)[1])
    if ctx.viewer.audience is Audience.NOBODY:
        raise WrongAudience("Sign in first.")
    return Speaker(partner_id=house_of(ctx), person_id=ctx.viewer.person_id)


async def _again(ctx: Context, rule: Callable[..., Awaitable[ServiceCase]], command: OpenCase | Say) -> ServiceCase:
    """Do it once more where somebody else was quicker: what is said stays the same, and comes behind it."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await ctx.write(rule, command, master=ctx.keys.personal_data, now=ctx.now)
        except CaseMoved:
            continue
    return await ctx.write(rule, command, master=ctx.keys.personal_data, now=ctx.now)
