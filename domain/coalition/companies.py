"""The companies that settle: where they sit, in which language they are written to, and where they are paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from sqlmodel import col, select

from domain.coalition.contracts import is_founding, one_at_a_time
from domain.coalition.errors import BankChangeWaiting, CompanyNotFound, PersonNeeded, SecondSignatureNeeded
from domain.coalition.models import BankChange, BankOutcome, LegalEntity
from domain.coalition.terms import is_country
from domain.errors import InvalidValue, NotFound
from domain.ids import PersonId, new_id
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from domain.values import check_text

LANGUAGES = ("en", "lv", "bg", "fi", "hu")
LONGEST_LINE = 120
LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where a company is paid. Raises: InvalidValue, naming the field."""

    iban: str
    bic: str | None = None
    """Found from the IBAN where banks publish that."""

    @classmethod
    def of(cls, iban: str, bic: str | None = None, *, path: str = "iban") -> Account:
        """As people write it: spaces are left out, the bank's code is found where it is known.

        Raises: InvalidValue.
        """
        try:
            number = IBAN(iban)
        except SchwiftyException as wrong:
            message = f"an IBAN has a country, two check digits that are right, and an account ({wrong})"
            raise InvalidValue(message, path=(path,)) from None
        if bic is None:
            return cls(iban=str(number), bic=str(number.bic) if number.bic else None)
        try:
            return cls(iban=str(number), bic=str(BIC(bic)))
        except SchwiftyException as wrong:
            raise InvalidValue(f"a BIC has 8 or 11 characters, such as HABALV22 ({wrong})", path=("bic",)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyDetails:
    """What to change of a company; None leaves a part as it is, an empty text clears it."""

    name: str | None = None
    country: str | None = None
    registration: str | None = None
    tax_number: str | None = None
    street: str | None = None
    building: str | None = None
    post_code: str | None = None
    town: str | None = None
    email: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        for part, text in self.given().items():
            if text:
                short = part in {"registration", "tax_number", "building", "post_code"}
                check_text(part, text, LONGEST_NUMBER if short else LONGEST_LINE)
            elif part in {"name", "country", "language"}:
                raise InvalidValue(f"a company always has a {part}", path=(part,))
        if self.country and not is_country(self.country):
            raise InvalidValue("a country is two letters (ISO 3166)", path=("country",))
        if self.language and self.language not in LANGUAGES:
            raise InvalidValue(f"a language is one of {', '.join(LANGUAGES)}", path=("language",))
        if self.email:
            _check_email(self.email)

    def given(self) -> dict[str, str]:
        """The parts that are to change."""
        parts: dict[str, Any] = {part: getattr(self, part) for part in self.__slots__}
        return {part: text for part, text in parts.items() if text is not None}


async def company_of(session: ReadSession, partner_id: UUID | None) -> LegalEntity:
    """A partner's company; of no partner: the operator's own, which everybody may know. Raises: CompanyNotFound."""
    statement = select(LegalEntity).where(col(LegalEntity.partner_id).is_not_distinct_from(partner_id))
    if partner_id is not None:
        statement = statement.where(concerning(sight_of(session), col(LegalEntity.partner_id)))
    found = (await session.scalars(statement.order_by(col(LegalEntity.legal_entity_id)).limit(1))).first()
    if found is None:
        raise CompanyNotFound
    return found


async def enter_operator(session: WriteSession, details: CompanyDetails, account: Account | None = None) -> LegalEntity:
    """Enter the operator's own company, once; afterwards it is changed like any other. Raises: InvalidValue."""
    await one_at_a_time(session)
    if details.name is None or details.country is None:
        raise InvalidValue("the operator's company has a name and a country", path=("name",))
    try:
        await company_of(session, None)
    except CompanyNotFound:
        company = LegalEntity(legal_entity_id=new_id(), partner_id=None, name=details.name, country=details.country)
        _write(company, details)
        if account is not None:
            company.iban, company.bic = account.iban, account.bic
        session.add(company)
        return company
    raise InvalidValue("the operator's company is entered already; change it", path=("partner",))


async def change(session: WriteSession, partner_id: UUID | None, details: CompanyDetails) -> LegalEntity:
    """Change what is known of a company, but not where it is paid. Raises: CompanyNotFound."""
    company = await company_of(session, partner_id)
    _write(company, details)
    return company


async def propose_account(
    session: WriteSession, partner_id: UUID | None, account: Account, *, by: PersonId | None, now: datetime
) -> BankChange | None:
    """Propose where a company is paid from now on; nothing changes until a second person confirms.

    Where nobody is named, in a sandbox or while the coalition is being founded, it holds at once (None is answered).
    Raises: CompanyNotFound, PersonNeeded, BankChangeWaiting.
    """
    company = await company_of(session, partner_id)
    await one_at_a_time(session)
    if by is None:
        if not await is_founding(session):
            raise PersonNeeded
        company.iban, company.bic = account.iban, account.bic
        return None
    waiting = await waiting_for(session, company.legal_entity_id)
    if waiting is not None:
        if (waiting.iban, waiting.bic, waiting.proposed_by) == (account.iban, account.bic, by):
            return waiting
        raise BankChangeWaiting(waiting.proposed_at)
    proposed = BankChange(
        bank_change_id=new_id(),
        legal_entity_id=company.legal_entity_id,
        partner_id=company.partner_id,
        iban=account.iban,
        bic=account.bic,
        proposed_by=by,
        proposed_at=now,
    )
    session.add(proposed)
    return proposed


async def decide_account(
    session: WriteSession, bank_change_id: UUID, outcome: BankOutcome, *, by: PersonId, now: datetime
) -> BankChange:
    """A second person confirms a change of account, having asked the company by another way; anybody may reject it.

    Raises: NotFound, SecondSignatureNeeded.
    """
    await one_at_a_time(session)
    change = await bank_change_of(session, bank_change_id)
    if change.outcome is not None:
        if (change.outcome, change.decided_by) == (outcome, by):
            return change
        raise NotFound("No such change of account waits for anybody.", path=("bankChange",))
    if outcome is BankOutcome.CONFIRMED and change.proposed_by == by:
        raise SecondSignatureNeeded("proposed this account", "confirm it")
    change.outcome, change.decided_by, change.decided_at = outcome, by, now
    await session.flush()  # the database lets the company's account change only once this is confirmed
    if outcome is BankOutcome.CONFIRMED:
        company = await session.get(LegalEntity, change.legal_entity_id)
        assert company is not None, "a change names a company"
        company.iban, company.bic = change.iban, change.bic
    return change


async def bank_change_of(session: ReadSession, bank_change_id: UUID) -> BankChange:
    """A change of account that the viewer is concerned by. Raises: NotFound."""
    visible = concerning(sight_of(session), col(BankChange.partner_id))
    query = select(BankChange).where(BankChange.bank_change_id == bank_change_id, visible)
    found = (await session.scalars(query.execution_options(populate_existing=True))).first()
    if found is None:
        raise NotFound("There is no such change of account.", path=("bankChange",))
    return found


async def waiting_for(session: ReadSession, legal_entity_id: UUID) -> BankChange | None:
    """The change of a company's account that waits for a second person."""
    query = select(BankChange).where(
        BankChange.legal_entity_id == legal_entity_id,
        col(BankChange.outcome).is_(None),
        concerning(sight_of(session), col(BankChange.partner_id)),
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


def _write(company: LegalEntity, details: CompanyDetails) -> None:
    for part, text in details.given().items():
        setattr(company, part, text or None)


def _check_email(address: str) -> None:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise InvalidValue(f"an e-mail address: {wrong}", path=("email",)) from None
