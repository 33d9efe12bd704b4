"""The companies on a document, as they stood when it was issued."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Contract, LegalEntity, TaxRule
from domain.invoicing.dividing import Draft
from domain.invoicing.errors import CompanyIncomplete
from domain.storage import ReadSession, concerning, sight_of

_NAMED = ("name", "country", "registration", "tax_number", "iban", "bic", "street", "building", "post_code", "town")
ADDRESS = ("street", "post_code", "town")
"""What of an address an invoice has to name (Directive 2006/112/EC, article 226 (5))."""

Company = dict[str, Any]
"""A company's name, address, numbers and bank account; None for what is not known."""


async def operators(session: ReadSession) -> Company:
    """The operator's own company; its name alone while nothing else is known."""
    found = (await session.scalars(select(LegalEntity).where(col(LegalEntity.partner_id).is_(None)))).first()
    if found is None:
        return dict.fromkeys(_NAMED) | {"name": (await coalition_of(session)).operator_name}
    return described(found)


async def companies_of(session: ReadSession, contracts: Iterable[Contract]) -> dict[UUID, LegalEntity]:
    """Each partner's company that settles, by the contract it has in force."""
    wanted = {contract.legal_entity_id: contract.partner_id for contract in contracts}
    visible = concerning(sight_of(session), col(LegalEntity.partner_id))
    rows = await session.scalars(select(LegalEntity).where(col(LegalEntity.legal_entity_id).in_(wanted), visible))
    return {wanted[row.legal_entity_id]: row for row in rows}


def described(company: LegalEntity) -> Company:
    """What a document says of a company."""
    return {name: getattr(company, name) for name in _NAMED}


def refuse_incomplete(draft: Draft, *, seller: Company, buyer: Company) -> None:
    """A document that charges tax, or shifts it, names both addresses and the numbers under which it is accounted for.

    Raises: CompanyIncomplete.
    """
    if not draft.kind.is_invoice:
        return
    shifted = any(part.rule is TaxRule.REVERSE_CHARGE for part in draft.taxes)
    if not shifted and not any(part.tax for part in draft.taxes):
        return
    _refuse_lacking(seller, [*ADDRESS, "tax_number"])
    _refuse_lacking(buyer, [*ADDRESS, "tax_number"] if shifted else ADDRESS)


def _refuse_lacking(company: Company, needed: Iterable[str]) -> None:
    lacking = [name for name in needed if not company.get(name)]
    if lacking:
        raise CompanyIncomplete(str(company["name"]), [name.replace("_", " ") for name in lacking])
