"""Payments and the bank: what the coalition's people do at its desk, and what partners see of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.banking import ageing as ages
from domain.banking import booking, confirming, deciding, importing, instructing, queries, releasing
from domain.banking.ageing import Aged
from domain.banking.deciding import CreditUse
from domain.banking.errors import PaymentNotFound
from domain.banking.importing import Imported
from domain.banking.models import BankEntry, BankFile, BankMatch, BankStatement, PartnerCredit, Payment, WriteOff
from domain.banking.states import PaymentState
from domain.coalition.founding import coalition_of
from domain.ids import PartnerId, PersonId
from domain.paging import Page, PageRequest
from domain.settlement.policy_models import PaymentPlan
from partners.errors import SignInTooOld
from resolvers import consequences
from resolvers.context import Context
from resolvers.policies import acting_partner, acting_person


async def payments(
    ctx: Context, page: PageRequest, cycle_id: UUID | None, states: Collection[PaymentState]
) -> Page[Payment]:
    """Payments that the viewer makes or gets; all of them for the coalition."""
    return await ctx.read(queries.payments, page, cycle_id=cycle_id, states=states)


async def payment(ctx: Context, payment_id: UUID) -> Payment:
    """One of them. Raises: PaymentNotFound."""
    found = await ctx.load(queries.payments_by_ids, payment_id)
    if found is None:
        raise PaymentNotFound
    return found


async def payments_named(ctx: Context, payment_ids: Sequence[UUID]) -> list[Payment]:
    """Several of them, in order."""
    return [await payment(ctx, payment_id) for payment_id in payment_ids]


async def orders(ctx: Context, cycle_id: UUID) -> list[BankFile]:
    """The orders to the viewer's own bank; all of them for the coalition."""
    return await ctx.read(queries.files_of, cycle_id)


async def order(ctx: Context, file_id: UUID) -> BankFile:
    """One file of orders. Raises: BankFileNotFound."""
    return await ctx.read(queries.file_by_id, file_id)


async def statements(ctx: Context, page: PageRequest) -> Page[BankStatement]:
    """The statements of the operator's account."""
    return await ctx.read(queries.statements, page)


async def entries_of(ctx: Context, statement: BankStatement, page: PageRequest) -> Page[BankEntry]:
    """The entries of a statement."""
    return await ctx.read(queries.entries_of, statement.bank_statement_id, page)


async def worklist(ctx: Context, page: PageRequest) -> Page[BankEntry]:
    """Entries that wait for a person."""
    return await ctx.read(queries.worklist, page)


async def entry(ctx: Context, entry_id: UUID) -> BankEntry:
    """One entry. Raises: BankEntryNotFound."""
    return await ctx.read(queries.entry_by_id, entry_id)


async def matches_of(ctx: Context, entry_id: UUID) -> list[BankMatch]:
    """What an entry belongs to."""
    return await ctx.read(queries.matches_of_entry, entry_id)


async def ageing(ctx: Context) -> list[Aged]:
    """What is open, by who owes it and for how long: what concerns the viewer."""
    return await ctx.read(ages.ageing, today=await _today(ctx))


async def credits_kept(ctx: Context) -> list[PartnerCredit]:
    """What partners paid too much: the viewer's own."""
    return await ctx.read(queries.partner_credits)


async def currency(ctx: Context) -> str:
    """What all is paid in."""
    return (await ctx.read(coalition_of)).currency


async def instruct(ctx: Context, cycle_id: UUID, plan: PaymentPlan) -> list[Payment]:
    """Plan the payments of an approved cycle and issue its documents."""
    planned = await ctx.write(instructing.instruct, cycle_id, plan, by=_person(ctx), now=ctx.now)
    await consequences.of_payments(ctx)
    return planned


async def release(ctx: Context, cycle_id: UUID) -> list[BankFile]:
    """Let the payments go out, as a second person who has just signed in."""
    return await ctx.write(releasing.release, cycle_id, by=_fresh(ctx), now=ctx.now)


async def bring_in(ctx: Context, content: bytes) -> Imported:
    """Take in a file of the bank's."""
    done = await ctx.write(importing.bring_in, content, by=_person(ctx), now=ctx.now)
    await consequences.of_payments(ctx)
    return done


async def match(ctx: Context, entry_id: UUID, payment_ids: Sequence[UUID], note: str | None) -> BankEntry:
    """Say what an entry belongs to."""
    by = _person(ctx)
    await ctx.write(booking.match_by_hand, entry_id, payment_ids, by=by, now=ctx.now, note=note)
    await consequences.of_payments(ctx)
    return await entry(ctx, entry_id)


async def confirm(ctx: Context, entry_id: UUID) -> BankEntry:
    """Agree to a match whose amounts differ, as a second person who has just signed in."""
    done = await ctx.write(booking.confirm, entry_id, by=_fresh(ctx), now=ctx.now)
    await consequences.of_payments(ctx)
    return done


async def unmatch(ctx: Context, entry_id: UUID) -> BankEntry:
    """Take the matches of an entry back."""
    done = await ctx.write(booking.unmatch, entry_id, by=_person(ctx), now=ctx.now)
    await consequences.of_payments(ctx)
    return done


async def ask_to_write_off(ctx: Context, payment_id: UUID, reason: str) -> WriteOff:
    """Ask to give up what is left of a payment."""
    by = _person(ctx)
    return await ctx.write(deciding.ask_to_write_off, payment_id, reason=reason, by=by, now=ctx.now)


async def write_off(ctx: Context, payment_id: UUID) -> Payment:
    """Agree to it, as a second person who has just signed in."""
    done = await ctx.write(deciding.write_off, payment_id, by=_fresh(ctx), now=ctx.now)
    await consequences.of_payments(ctx)
    return done


async def ask_to_use_credit(ctx: Context, credit_id: UUID, use: CreditUse) -> PartnerCredit:
    """Ask what is to become of money a partner paid too much."""
    return await ctx.write(deciding.ask_to_use_credit, credit_id, use, by=_person(ctx), now=ctx.now)


async def use_credit(ctx: Context, credit_id: UUID) -> PartnerCredit:
    """Agree to it, as a second person who has just signed in."""
    return await ctx.write(deciding.use_credit, credit_id, by=_fresh(ctx), now=ctx.now)


async def confirm_received(ctx: Context, payment_id: UUID, received_on: date) -> Payment:
    """A partner says that another has paid it."""
    own, by = PartnerId(acting_partner(ctx.viewer)), _person(ctx)
    rule = confirming.confirm_received
    return await ctx.write(rule, payment_id, own, received_on=received_on, by=by, now=ctx.now)


def _person(ctx: Context) -> PersonId:
    return PersonId(acting_person(ctx.viewer))


def _fresh(ctx: Context) -> PersonId:
    """The person, if freshly signed in. Raises: SignInTooOld."""
    by = _person(ctx)
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
    return by


async def _today(ctx: Context) -> date:
    zone = ZoneInfo((await ctx.read(coalition_of)).time_zone)
    return ctx.now.astimezone(zone).date()
