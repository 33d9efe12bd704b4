"""The companies that settle: addresses, languages, and accounts that change only by two people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models
from domain.coalition.companies import Account, CompanyDetails
from domain.coalition.models import BankOutcome
from partners.scopes import Scope
from resolvers import companies
from resolvers.context import Context, Info
from schema.contracts import SIGN
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ, Scope.PARTNERS_MANAGE)
MANAGE = needs(Scope.PARTNERS_MANAGE)


@strawberry.type
@shows(models.BankChange)
class AccountChange(Node):
    """Where a company is to be paid, as one person proposed it and another has to confirm."""

    id: strawberry.ID = identified("bank_change_id")
    iban: str
    """The account."""
    bic: str | None
    """The bank's code."""
    proposed_at: datetime
    """When it was proposed."""


@strawberry.type
@shows(models.LegalEntity)
class Company:
    """A company that settles; the operator's own is known to everybody who settles with it."""

    name: str
    """Its name in the register."""
    country: str
    """Two letters (ISO 3166)."""
    registration: str | None
    """Its number in the register of companies."""
    tax_number: str | None
    """Its tax number."""
    street: str | None
    """The street."""
    building: str | None
    """The number of the building."""
    post_code: str | None
    """The post code."""
    town: str | None
    """The town."""
    email: str | None
    """Where its finance people want statements and notices."""
    language: str
    """In which its statements are written: en, lv, bg, fi, hu."""
    iban: str | None
    """Where it is paid."""
    bic: str | None
    """The code of its bank."""

    @strawberry.field(graphql_type=AccountChange | None)
    @staticmethod
    async def waiting_account(company: strawberry.Parent[models.LegalEntity], info: Info) -> models.BankChange | None:
        """The account that waits for a second person; null where none does."""
        return await companies.waiting_account(info.context, company.legal_entity_id)


@strawberry.type
class CompanyPayload:
    """What became of a change to a company."""

    company: Company | None = None
    """The company; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.input
class CompanyChangeInput:
    """What to change of a company; what is left out stays, an empty text clears."""

    partner: strawberry.ID | None = None
    """Whose company; left out, the operator's own, which is entered if there is none yet."""
    name: str | None = None
    """Its name in the register."""
    country: str | None = None
    """Two letters (ISO 3166)."""
    registration: str | None = None
    """Its number in the register of companies."""
    tax_number: str | None = None
    """Its tax number."""
    street: str | None = None
    """The street."""
    building: str | None = None
    """The number of the building."""
    post_code: str | None = None
    """The post code."""
    town: str | None = None
    """The town."""
    email: str | None = None
    """Where its finance people want statements and notices."""
    language: str | None = None
    """In which its statements are written: en, lv, bg, fi, hu."""

    def to_command(self) -> CompanyDetails:
        """As the domain takes it."""
        return CompanyDetails(**{part: value for part, value in vars(self).items() if part != "partner"})


@strawberry.input
class AccountProposeInput:
    """Where a company is to be paid from now on."""

    partner: strawberry.ID | None = None
    """Whose company; left out, the operator's own."""
    iban: str
    """The account, with spaces or without."""
    bic: str | None = None
    """The bank's code; found from the IBAN where it is known."""


@strawberry.input
class AccountDecideInput:
    """A second person's word on an account; ask the company by another way before."""

    change: strawberry.ID
    """The change that waits."""
    outcome: BankOutcome
    """What is decided; who proposed it cannot confirm it."""


Whose = Annotated[
    strawberry.ID | None, strawberry.argument(description="Whose company; the operator's own, if not said.")
]


@strawberry.type
class CompanyQuery:
    """Companies that settle."""

    @strawberry.field(graphql_type=Company | None, extensions=[READ, or_null])
    @staticmethod
    async def company(info: Info, partner: Whose = None) -> models.LegalEntity:
        """A partner's company, for it and the coalition; null when there is none you may see."""
        return await companies.company(info.context, _whose(info.context, partner))


@strawberry.type
class CompanyMutation:
    """What is known of companies changes."""

    @strawberry.mutation(graphql_type=CompanyPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def company_change(info: Info, input: CompanyChangeInput) -> Any:
        """Change a company's name, address, language and the like; its account takes two people."""
        whose = _whose(info.context, input.partner)
        changed = await companies.change(info.context, whose, input.to_command())
        return CompanyPayload(company=changed)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CompanyPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def account_propose(info: Info, input: AccountProposeInput) -> Any:
        """Propose where a company is paid; nothing changes until somebody else confirms it."""
        account = Account.of(input.iban, input.bic)
        proposed = await companies.propose_account(info.context, _whose(info.context, input.partner), account)
        return CompanyPayload(company=proposed)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CompanyPayload, extensions=[SIGN, refusals])
    @staticmethod
    async def account_decide(info: Info, input: AccountDecideInput) -> Any:
        """Confirm, as a second person who has just signed in, or reject an account that was proposed."""
        change_id = info.context.global_ids.one("AccountChange", input.change)
        decided = await companies.decide_account(info.context, change_id, input.outcome)
        return CompanyPayload(company=decided)  # type: ignore[arg-type]


def _whose(ctx: Context, partner: strawberry.ID | None) -> Any:
    return None if partner is None else ctx.global_ids.one("Partner", partner)
