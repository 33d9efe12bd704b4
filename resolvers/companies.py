"""The companies that settle, as the coalition looks after them and as their partners see them."""

from __future__ import annotations

from uuid import UUID

from domain.coalition import companies
from domain.coalition.companies import Account, CompanyDetails
from domain.coalition.errors import CompanyNotFound
from domain.coalition.models import BankChange, BankOutcome, LegalEntity
from domain.ids import PersonId
from partners.viewer import Audience
from resolvers.context import Context
from resolvers.houses import check_fresh
from resolvers.policies import acting_partner, acting_person


async def company(ctx: Context, partner_id: UUID | None) -> LegalEntity:
    """A partner's company, for it and the coalition; of no partner: the operator's. Raises: CompanyNotFound."""
    if ctx.viewer.on_behalf_of is not None:
        raise CompanyNotFound
    if partner_id is not None and ctx.viewer.audience is not Audience.COALITION:
        partner_id = partner_id if acting_partner(ctx.viewer) == partner_id else None
        if partner_id is None:
            raise CompanyNotFound
    return await ctx.read(companies.company_of, partner_id)


async def waiting_account(ctx: Context, legal_entity_id: UUID) -> BankChange | None:
    """The change of a company's account that waits for a second person."""
    return await ctx.read(companies.waiting_for, legal_entity_id)


async def change(ctx: Context, partner_id: UUID | None, details: CompanyDetails) -> LegalEntity:
    """Change what is known of a company; the operator's own is entered where there is none yet."""
    if partner_id is None:
        try:
            await ctx.read(companies.company_of, None)
        except CompanyNotFound:
            return await ctx.write(companies.enter_operator, details)
    return await ctx.write(companies.change, partner_id, details)


async def propose_account(ctx: Context, partner_id: UUID | None, account: Account) -> LegalEntity:
    """Propose where a company is paid."""
    by = PersonId(acting_person(ctx.viewer))
    await ctx.write(companies.propose_account, partner_id, account, by=by, now=ctx.now)
    return await company(ctx, partner_id)


async def decide_account(ctx: Context, bank_change_id: UUID, outcome: BankOutcome) -> LegalEntity:
    """Confirm or reject a change of account, freshly signed in."""
    by = PersonId(acting_person(ctx.viewer))
    check_fresh(ctx)
    decided = await ctx.write(companies.decide_account, bank_change_id, outcome, by=by, now=ctx.now)
    return await company(ctx, decided.partner_id)
