"""What is owed to members: a sponsor's own cohorts, and for the coalition the reserve that covers all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.coalition.errors import PartnerNotFound
from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId
from domain.ledger.allowance_models import IssuanceStop
from domain.liability import deferring, evaluating, movements, reading, rolling, securing
from domain.liability.cohorts import cohorts_of
from domain.liability.deferring import Deferred
from domain.liability.estimating import EXPECTED, Estimate, Scenario, estimate
from domain.liability.evaluating import Position
from domain.liability.models import MovementKind, ReserveFinding, ReserveMovement
from domain.liability.movements import RecordMovement
from domain.liability.rolling import RollForward
from domain.liability.securing import Secured
from partners.errors import SignInTooOld, WrongAudience
from partners.viewer import Audience
from resolvers import consequences
from resolvers.coalition import partner
from resolvers.context import Context
from resolvers.policies import acting_partner, acting_person

MOST_SCENARIOS = 10
LONGEST_HISTORY = 3_660
"""Days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """What became of points, and how many of those still out will be redeemed."""

    as_of: datetime
    sponsor_id: PartnerId | None
    """None: of all sponsors."""
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """The reserve at an instant, and whether unsecured issuance stands still now."""

    position: Position
    stop: IssuanceStop | None


async def liability(ctx: Context, sponsor_id: UUID | None, as_of: datetime | None) -> Liability:
    """The points of one sponsor: a partner's own, or any for the coalition, or all. Raises: PartnerNotFound."""
    whose = await _sponsor(ctx, sponsor_id)
    book = await ctx.read(reading.point_book, as_of=_then(ctx, as_of), sponsor_id=whose)
    found = estimate(cohorts_of(book.flows, book.months))
    return Liability(as_of=book.as_of, sponsor_id=whose, estimate=found)


async def roll_forward(ctx: Context, sponsor_id: UUID | None, cycle_id: UUID | None) -> list[RollForward]:
    """What was paid in for points, cycle by cycle. Raises: PartnerNotFound."""
    whose = await _sponsor(ctx, sponsor_id)
    rows = await ctx.read(rolling.roll_forward, now=ctx.now, sponsor_id=whose)
    return [row for row in rows if cycle_id in {None, row.cycle_id}]


async def deferred_revenue(
    ctx: Context, partner_id: UUID | None, value: Decimal | None, urr: Decimal | None
) -> list[Deferred]:
    """A partner's own deferred revenue. Raises: PartnerNotFound, InvalidValue."""
    whose = await _sponsor(ctx, partner_id)
    if whose is None:
        raise InvalidValue("say whose deferred revenue it is", path=("partner",))
    return await ctx.read(deferring.deferred_revenue, whose, now=ctx.now, value=value, urr=urr)


async def reserve(ctx: Context, as_of: datetime | None) -> Reserve | None:
    """The reserve; for the coalition alone. Raises: LiabilityNotKnown."""
    if ctx.viewer.audience is not Audience.COALITION:
        return None
    position = await ctx.read(evaluating.position, as_of=_then(ctx, as_of))
    return Reserve(position=position, stop=await ctx.read(securing.standing_stop))


async def scenarios(ctx: Context, found: Reserve, asked: Sequence[Scenario]) -> list[Position]:
    """The same points under scenarios, side by side, what is expected first. Raises: InvalidValue."""
    if len(asked) > MOST_SCENARIOS:
        raise InvalidValue(f"at most {MOST_SCENARIOS} scenarios at once", path=("scenarios",))
    return await ctx.read(evaluating.scenarios, [EXPECTED, *asked], as_of=found.position.as_of)


async def history(ctx: Context, since: datetime, until: datetime) -> list[ReserveFinding]:
    """What was found from day to day. Raises: InvalidValue."""
    if not 0 <= (until - since).days <= LONGEST_HISTORY:
        raise InvalidValue(f"a history runs forward, over {LONGEST_HISTORY} days at most", path=("since",))
    return await ctx.read(evaluating.history, since=since, until=until)


async def all_movements(ctx: Context) -> list[ReserveMovement]:
    """The movements of the reserve's account, newest first."""
    return await ctx.read(movements.movements)


async def record(
    ctx: Context, kind: MovementKind, *, amount: Decimal, value_on: date, note: str, key: str
) -> ReserveMovement:
    """Book a deposit, or ask for a release; a deposit is judged at once, so that issuance can go on."""
    command = RecordMovement(
        kind=kind, amount=amount, value_on=value_on, note=note, idempotency_key=key, by=_person(ctx)
    )
    movement = await ctx.write(movements.record, command, now=ctx.now)
    if kind is MovementKind.DEPOSIT:
        await consequences.of_reserve(ctx, by=command.by)
    return movement


async def approve_release(ctx: Context, movement_id: UUID) -> ReserveMovement:
    """A second person agrees, freshly signed in. Raises: SignInTooOld, and what the domain refuses."""
    by = _person(ctx)
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
    movement = await ctx.write(movements.approve, movement_id, by=by, now=ctx.now)
    await ctx.write(securing.secure, now=ctx.now, by=by)
    return movement


async def evaluate(ctx: Context, note: str | None = None) -> Reserve:
    """Judge the cover now, and stop unsecured issuance or let it go on. Raises: WrongAudience, LiabilityNotKnown."""
    secured: Secured = await ctx.write(securing.secure, now=ctx.now, by=_person(ctx), note=note)
    return Reserve(position=secured.found, stop=await ctx.read(securing.standing_stop))


async def _sponsor(ctx: Context, sponsor_id: UUID | None) -> PartnerId | None:
    """Whose points are meant: a partner's own, whatever it asks for; for the coalition one sponsor's, or all."""
    if ctx.viewer.audience is Audience.COALITION:
        return None if sponsor_id is None else PartnerId((await partner(ctx, sponsor_id)).partner_id)
    own = PartnerId(acting_partner(ctx.viewer))
    if sponsor_id not in {None, own}:
        raise PartnerNotFound
    return own


def _person(ctx: Context) -> PersonId:
    """The coalition's person who answers for it. Raises: WrongAudience."""
    if ctx.viewer.audience is not Audience.COALITION:
        raise WrongAudience("The reserve is kept by the coalition; sign in as one of its people.")
    return PersonId(acting_person(ctx.viewer))


def _then(ctx: Context, as_of: datetime | None) -> datetime:
    """An instant that is not still to come. Raises: InvalidValue."""
    if as_of is not None and as_of > ctx.now:
        raise InvalidValue("figures are known up to now, not for times to come", path=("asOf",))
    return as_of or ctx.now
