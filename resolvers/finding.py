"""Things by what people call them: an id or a reference in full, or the beginning of a name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.banking import queries as banking
from domain.coalition import queries as coalition
from domain.earning import queries as earning
from domain.errors import DomainError, InvalidValue
from domain.invoicing import queries as invoicing
from domain.ledger.models import EntryKind
from domain.ledger.referring import entries_of_reference
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.settlement import queries as settlement
from domain.settlement.disputing import queries as disputing
from partners.clients import queries as clients
from partners.people import queries as people
from partners.scopes import Scope
from partners.viewer import Audience
from resolvers import members
from resolvers import settlement as settling
from resolvers.context import Context

FEWEST_LETTERS = 2
LONGEST = 100
MOST = 100
_FEWEST_OF_CARD = 6
_SPENDING = (EntryKind.REDEMPTION, EntryKind.AUTHORIZATION)


class FoundKind(StrEnum):
    """What was found."""

    PARTNER = "PARTNER"
    """A partner, by the beginning of its name or short name."""
    CONTRACT = "CONTRACT"
    """A version of the contract of the partner whose short name this is."""
    CYCLE = "CYCLE"
    """A cycle, by the beginning of its name."""
    STATEMENT = "STATEMENT"
    """A statement, by the name of its cycle and the short name of its partner."""
    INVOICE = "INVOICE"
    """A document, by its number."""
    PAYMENT = "PAYMENT"
    """A payment, by its reference."""
    BANK_ENTRY = "BANK_ENTRY"
    """An entry of the operator's account, by the creditor's or the bank's reference."""
    DISPUTE = "DISPUTE"
    """A dispute, by the last digits of its id."""
    CAMPAIGN = "CAMPAIGN"
    """A campaign, by the beginning of its name."""
    PURCHASE = "PURCHASE"
    """A purchase of one's own, by its receipt's number."""
    REDEMPTION = "REDEMPTION"
    """A redemption of one's own, by its receipt's number."""
    MEMBER = "MEMBER"
    """A member, by its card."""
    PERSON = "PERSON"
    """Somebody of a house, by the beginning of the name or of the e-mail address."""
    CLIENT = "CLIENT"
    """A program of a house, by the beginning of its name or id."""


TYPES = {FoundKind.PAYMENT: "SettlementPayment", FoundKind.BANK_ENTRY: "BankEntry"}
"""What the contract calls them, where that is not the kind's own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A thing, and what tells it from others."""

    kind: FoundKind
    keys: tuple[UUID, ...]
    name: str
    partner_id: UUID | None = None
    cycle_id: UUID | None = None
    at: datetime | None = None

    @property
    def type_name(self) -> str:
        """What the contract calls things of its kind."""
        return TYPES.get(self.kind, self.kind.capitalize())


async def find(ctx: Context, text: str, first: int) -> list[Found]:
    """What the viewer may see of what is called so, ordered by kind. Raises: InvalidValue."""
    called = text.strip()
    if not 1 <= first <= MOST:
        raise InvalidValue(f"first is between 1 and {MOST}, not {first}", path=("first",))
    if not FEWEST_LETTERS <= len(called) <= LONGEST:
        raise InvalidValue(f"name it by {FEWEST_LETTERS} to {LONGEST} letters", path=("text",))
    found: list[Found] = []
    for scopes, look in _LOOKS:
        if len(found) < first and any(ctx.viewer.may(scope) for scope in scopes):
            found += [one async for one in look(ctx, called, first - len(found))]
    return found[:first]


async def _partners(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    for row in await ctx.read(coalition.partners_like, text, most):
        yield Found(kind=FoundKind.PARTNER, keys=(row.partner_id,), name=row.name, partner_id=row.partner_id)


async def _contracts(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    slug = text.lower()
    for partner in await ctx.read(coalition.partners_like, slug, most):
        for row in await ctx.read(coalition.contracts_of, partner.partner_id) if partner.slug == slug else ():
            yield Found(
                kind=FoundKind.CONTRACT,
                keys=(row.contract_id,),
                name=str(row.version),
                partner_id=partner.partner_id,
                at=row.valid_from,
            )


async def _cycles(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    for row in await ctx.read(settlement.cycles_like, text, most):
        keys = (row.cycle_id,)
        yield Found(kind=FoundKind.CYCLE, keys=keys, name=row.name, cycle_id=row.cycle_id, at=row.opened_at)


async def _statements(ctx: Context, text: str, _most: int) -> AsyncIterator[Found]:
    """`2026-10 olla`, or the cycle alone for one's own."""
    name, _, slug = text.partition(" ")
    try:
        whose = (await ctx.read(coalition.partner_by_slug, slug.strip().lower())).partner_id if slug else None
        cycle = await ctx.read(settlement.cycle_named, name)
        view = await settling.statement(ctx, cycle.cycle_id, whose)
    except DomainError:
        return
    yield Found(
        kind=FoundKind.STATEMENT,
        keys=(view.statement_id,),
        name=cycle.name,
        partner_id=view.balance.party.partner_id,
        cycle_id=cycle.cycle_id,
    )


async def _invoices(ctx: Context, text: str, _most: int) -> AsyncIterator[Found]:
    for row in await ctx.read(invoicing.invoices_numbered, text):
        yield Found(
            kind=FoundKind.INVOICE,
            keys=(row.invoice_id,),
            name=row.number,
            partner_id=row.partner_id,
            cycle_id=row.cycle_id,
            at=row.issued_at,
        )


async def _payments(ctx: Context, text: str, _most: int) -> AsyncIterator[Found]:
    for row in await ctx.read(banking.payments_of_reference, text):
        yield Found(
            kind=FoundKind.PAYMENT,
            keys=(row.payment_id,),
            name=row.reference,
            partner_id=row.payer_id or row.payee_id,
            cycle_id=row.cycle_id,
            at=row.planned_at,
        )


async def _bank_entries(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    for row in await ctx.read(banking.entries_of_reference, text, most):
        yield Found(kind=FoundKind.BANK_ENTRY, keys=(row.entry_id,), name=row.creditor_reference or text)


async def _disputes(ctx: Context, text: str, _most: int) -> AsyncIterator[Found]:
    try:
        row = await ctx.read(disputing.dispute_ending, text)
    except DomainError:
        return
    yield Found(
        kind=FoundKind.DISPUTE,
        keys=(row.dispute_id,),
        name=row.dispute_id.hex[-8:],
        partner_id=row.partner_id,
        cycle_id=row.cycle_id,
        at=row.raised_at,
    )


async def _campaigns(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    for one in await ctx.read(earning.campaigns_like, text, most):
        yield Found(
            kind=FoundKind.CAMPAIGN,
            keys=(one.campaign_id,),
            name=one.terms.name,
            partner_id=one.partner_id,
            at=one.terms.starts_at,
        )


async def _entries(
    ctx: Context, text: str, most: int, kinds: Sequence[EntryKind], kind: FoundKind
) -> AsyncIterator[Found]:
    if ctx.viewer.audience is not Audience.PARTNER:
        return
    for row in await ctx.read(entries_of_reference, text, kinds, most):
        keys = (row.wallet_id, row.entry_id)
        yield Found(kind=kind, keys=keys, name=text, partner_id=row.partner_id, at=row.occurred_at)


def _purchases(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    return _entries(ctx, text, most, (EntryKind.PURCHASE,), FoundKind.PURCHASE)


def _redemptions(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    return _entries(ctx, text, most, _SPENDING, FoundKind.REDEMPTION)


async def _members(ctx: Context, text: str, _most: int) -> AsyncIterator[Found]:
    if ctx.viewer.audience is not Audience.PARTNER or sum(map(str.isdigit, text)) < _FEWEST_OF_CARD:
        return
    try:
        member = await members.find(ctx, MemberRef(identifier=Identifier.card(text)))
    except DomainError:
        return
    yield Found(kind=FoundKind.MEMBER, keys=(member.pairwise_id,), name=text)


async def _people(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    for row in await ctx.read(people.people_like, text, most):
        yield Found(kind=FoundKind.PERSON, keys=(row.person_id,), name=row.name, partner_id=row.partner_id)


async def _clients(ctx: Context, text: str, most: int) -> AsyncIterator[Found]:
    for row in await ctx.read(clients.clients_like, text, most):
        yield Found(kind=FoundKind.CLIENT, keys=(row.client_id,), name=row.name, partner_id=row.partner_id)


_MONEY = (Scope.SETTLEMENT_READ,)
_LOOKS: Sequence[tuple[Sequence[Scope], Callable[[Context, str, int], AsyncIterator[Found]]]] = (
    (tuple(Scope), _partners),
    ((Scope.SETTLEMENT_READ, Scope.PARTNERS_MANAGE), _contracts),
    (_MONEY, _cycles),
    (_MONEY, _statements),
    (_MONEY, _invoices),
    (_MONEY, _payments),
    (_MONEY, _bank_entries),
    (_MONEY, _disputes),
    ((Scope.CAMPAIGNS_READ,), _campaigns),
    ((Scope.PURCHASES_READ, Scope.PURCHASES_WRITE), _purchases),
    ((Scope.REDEMPTIONS_WRITE,), _redemptions),
    ((Scope.MEMBERS_LOOKUP,), _members),
    ((Scope.PEOPLE_MANAGE,), _people),
    ((Scope.CLIENTS_MANAGE,), _clients),
)
"""Who may look where: the kinds in the order in which they are told."""
