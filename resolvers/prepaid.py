"""What sponsors can still award: packs they order and pay, their credit, and stops by the coalition."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from domain.banking import means
from domain.banking import packs as bank_packs
from domain.banking.means import Means
from domain.ids import PartnerId, PersonId
from domain.ledger import allowances
from domain.ledger.allowance_models import IssuanceStop, StopReason
from domain.settlement import refunding
from domain.settlement.prepaid import packs as prepaid
from domain.settlement.prepaid.models import PrepaidPack, PrepaidRefund
from domain.settlement.prepaid.packs import OrderPacks
from partners.errors import SignInTooOld
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.policies import acting_for, acting_person


async def means_of(ctx: Context, partner_id: UUID | None) -> Means:
    """What a sponsor can still award: oneself, or any for the coalition."""
    return await ctx.read(means.means_of, PartnerId(acting_for(ctx.viewer, partner_id)), now=ctx.now)


async def all_means(ctx: Context) -> list[Means]:
    """Every sponsor that is bounded, for the coalition; itself for a partner."""
    if ctx.viewer.audience is Audience.COALITION:
        return await ctx.read(means.all_means, now=ctx.now)
    return [await means_of(ctx, None)]


async def pack(ctx: Context, pack_id: UUID) -> PrepaidPack:
    """An order of packs that the viewer may see. Raises: PackNotFound."""
    return await ctx.read(prepaid.pack_by_id, pack_id)


async def packs(ctx: Context, partner_id: UUID | None) -> list[PrepaidPack]:
    """The orders that the viewer may see, the newest first."""
    return await ctx.read(prepaid.packs, None if partner_id is None else PartnerId(partner_id))


async def order(ctx: Context, partner_id: UUID | None, number: int, idempotency_key: str) -> PrepaidPack:
    """Order packs for one's own partner, or for one that the coalition's people name."""
    whose = PartnerId(acting_for(ctx.viewer, partner_id))
    command = OrderPacks(partner_id=whose, packs=number, idempotency_key=idempotency_key)
    return await ctx.write(prepaid.order, command, by=ctx.viewer.person_id, now=ctx.now)


async def note_payment(ctx: Context, pack_id: UUID, amount: Decimal, bank_note: str) -> PrepaidPack:
    """One of the coalition's people saw the money."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(prepaid.note_payment, pack_id, amount=amount, bank_note=bank_note, by=by, now=ctx.now)


async def confirm_payment(ctx: Context, pack_id: UUID) -> PrepaidPack:
    """Another one agrees, freshly signed in. Raises: SignInTooOld, and what the domain refuses."""
    by = PersonId(acting_person(ctx.viewer))
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
    return await ctx.write(bank_packs.confirm_payment, pack_id, by=by, now=ctx.now)


async def cancel(ctx: Context, pack_id: UUID) -> PrepaidPack:
    """Nobody will pay it."""
    by = None if ctx.viewer.person_id is None else PersonId(ctx.viewer.person_id)
    return await ctx.write(prepaid.cancel, pack_id, by=by, now=ctx.now)


async def refunds(ctx: Context, partner_id: UUID | None) -> list[PrepaidRefund]:
    """What was given back of packs, or is asked for, as far as the viewer may see it."""
    return await ctx.read(refunding.refunds, None if partner_id is None else PartnerId(partner_id))


async def ask_refund(ctx: Context, partner_id: UUID, note: str) -> PrepaidRefund:
    """One of the coalition's people asks for what is left of packs to be given back."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(refunding.ask, PartnerId(partner_id), note=note, by=by, now=ctx.now)


async def agree_to_refund(ctx: Context, partner_id: UUID) -> PrepaidRefund:
    """Another one agrees, freshly signed in. Raises: SignInTooOld, and what the domain refuses."""
    by = PersonId(acting_person(ctx.viewer))
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
    return await ctx.write(refunding.agree, PartnerId(partner_id), by=by, now=ctx.now)


async def stop(ctx: Context, partner_id: UUID | None, note: str) -> IssuanceStop:
    """Let a sponsor, or every sponsor, fund no points from now on."""
    whose = None if partner_id is None else PartnerId(partner_id)
    by = acting_person(ctx.viewer)
    return await ctx.write(allowances.stop, whose, StopReason.BY_HAND, now=ctx.now, by=by, note=note)


async def lift(ctx: Context, partner_id: UUID | None) -> bool:
    """Lift what one of the coalition's people stopped."""
    whose = None if partner_id is None else PartnerId(partner_id)
    by = acting_person(ctx.viewer)
    return await ctx.write(allowances.lift, whose, StopReason.BY_HAND, now=ctx.now, by=by)
