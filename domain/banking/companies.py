"""Which company pays or is paid for a party, and whether a bank would know where to send the money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from sqlmodel import col, select

from domain.banking.errors import BankDetailsMissing
from domain.banking.pain001 import Account, plain
from domain.coalition.models import Contract, LegalEntity, Partner
from domain.settlement.models import Cycle
from domain.storage import ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Who settles for a party, and on what terms."""

    name: str
    number: int
    value_days: int
    company: LegalEntity | None

    @property
    def iban(self) -> str | None:
        """Its account, as banks write it."""
        written = None if self.company is None else self.company.iban
        return None if not written else written.replace(" ", "").upper()


async def settling(session: ReadSession, cycle: Cycle) -> dict[UUID | None, Settling]:
    """Each partner by the contract it had in force at the cut-off; the operator under None."""
    assert cycle.cut_off_at is not None, "what is paid was cut off"
    companies = {row.legal_entity_id: row for row in await session.scalars(select(LegalEntity))}
    in_force = select(Contract).where(col(Contract.signed_at).is_not(None), Contract.valid_from <= cycle.cut_off_at)
    versions = {row.partner_id: row for row in await session.scalars(in_force.order_by(col(Contract.version)))}
    found: dict[UUID | None, Settling] = {}
    for partner in await session.scalars(select(Partner)):
        version = versions.get(partner.partner_id)
        found[partner.partner_id] = Settling(
            name=partner.name,
            number=partner.number or 0,
            value_days=version.value_days if version is not None else 0,
            company=companies.get(version.legal_entity_id) if version is not None else None,
        )
    own = next((row for row in companies.values() if row.partner_id is None), None)
    found[None] = Settling(name="The operator", number=0, value_days=0, company=own)
    return found


async def companies_of(session: ReadSession) -> dict[UUID | None, LegalEntity]:
    """The company of each partner, by the newest contract it signed; the operator's own under None."""
    query = select(LegalEntity, Contract.version).join(
        Contract, col(Contract.legal_entity_id) == LegalEntity.legal_entity_id, isouter=True
    )
    rows = (await session.execute(query.order_by(col(Contract.version).nulls_first()))).all()
    return {company.partner_id: company for company, _ in rows}


def account(settling: Settling) -> Account:
    """The company as an order names it. Raises: BankDetailsMissing."""
    refuse_unpayable([settling])
    company = settling.company
    assert company is not None
    assert company.town is not None
    assert settling.iban is not None
    return Account(
        name=company.name,
        iban=settling.iban,
        bic=bic_of(settling.iban, company.bic),
        street=company.street,
        building=company.building,
        post_code=company.post_code,
        town=company.town,
        country=company.country,
    )


def refuse_unpayable(parties: Iterable[Settling]) -> None:
    """Name everybody whom no bank could pay, or whose bank could not be told to. Raises: BankDetailsMissing."""
    problems = [f"{party.name} {problem}" for party in parties if (problem := _problem(party)) is not None]
    if problems:
        raise BankDetailsMissing(problems)


def bic_of(iban: str, written: str | None) -> str | None:
    """The BIC as it was given, else that of the account's bank, where the register knows it."""
    if written:
        return written.replace(" ", "").upper()
    known = IBAN(iban).bic
    return None if known is None else str(known)


def _problem(party: Settling) -> str | None:
    company = party.company
    if company is None:
        return "has no company that settles"
    lacking = [name for name in ("iban", "town", "country") if not getattr(company, name)]
    if lacking:
        return f"({company.name}) lacks its {' and '.join(lacking)}"
    try:
        IBAN(company.iban or "")
        if company.bic:
            BIC(company.bic)
    except SchwiftyException as error:
        return f"({company.name}) has bank details no bank knows ({error})"
    return None if plain(company.name, 1) else f"({company.name}) has no name a bank can write"


def by_iban(parties: Mapping[UUID | None, Settling]) -> dict[str, UUID | None]:
    """Whose an account is."""
    return {party.iban: whose for whose, party in parties.items() if party.iban is not None}
